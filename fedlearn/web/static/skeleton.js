// This is where it is drawn what will be here: the shape of some posts, while they are fetched.

const POSTS = 3;
const LINES = 3;

export const skeleton = () => {
  const place = document.createElement("div");
  place.setAttribute("aria-busy", "true");
  for (let post = 0; post < POSTS; post += 1) {
    const shape = Object.assign(document.createElement("div"), { className: "skeleton", ariaHidden: "true" });
    shape.append(Object.assign(document.createElement("span"), { className: "avatar" }));
    for (let line = 0; line < LINES; line += 1) shape.append(document.createElement("span"));
    place.append(shape);
  }
  return place;
};
