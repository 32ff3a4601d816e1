"""Long posts are told from short ones by the lines that they take."""

import pytest

from fedlearn.text.folding import MOST_LINES, folding

LINK = '<a href="https://far.example/"><span class="invisible">https://</span>far.example</a>'


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("", ""),
        ("<p>short</p>", ""),
        (f"<p>{'word ' * 60}</p>", ""),
        (f"<p>{'word ' * 120}</p>", "folded-narrow"),
        (f"<p>{'word ' * 200}</p>", "folded"),
        ("<p>" + "line<br>" * (MOST_LINES + 1) + "</p>", "folded"),
        ("<p>" + "line<br>" * MOST_LINES + "</p>", ""),
        ("<p>one</p>" * (MOST_LINES + 1), "folded"),
        ("<ul>" + "<li>one</li>" * (MOST_LINES + 1) + "</ul>", "folded"),
        ("<p>a line that a phone breaks into two pieces</p>" * 8, "folded-narrow"),
        # Much markup is not much text.
        (f"<p>{LINK * 12}</p>", ""),
        (f"<p>{'&amp;' * 300}</p>", ""),
    ],
)
def test_lines_are_counted(markup: str, expected: str) -> None:
    """Paragraphs, breaks and items each take a line, long ones several; what is not seen none."""
    assert folding(markup) == expected
