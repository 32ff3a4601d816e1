"""This is where hypothesis learns what can stand in a document."""

from hypothesis import strategies as st

# Any JSON value, as deep as a few brackets.
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
