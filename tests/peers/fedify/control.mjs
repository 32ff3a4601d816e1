// This is where a test tells carol what to do, and asks what she saw: /ctl/, JSON both ways.

import { Hono } from "hono";

import * as carol from "./carol.mjs";
import { setHosts } from "./hosts.mjs";
import { forgetEverything, memory } from "./memory.mjs";

class BadRequest extends Error {}

function required(c, name) {
  const value = c.req.query(name);
  if (!value) throw new BadRequest(`?${name}= is missing`);
  return value;
}

const ACTS = {
  follow: (c) => carol.follow(required(c, "acct")),
  unfollow: (c) => carol.unfollow(required(c, "acct")),
  note: (c) =>
    carol.postNote({
      text: required(c, "text"),
      mention: c.req.query("mention"),
      reply: c.req.query("reply"),
    }),
  update: (c) => carol.updateNote(required(c, "id"), required(c, "text")),
  delete: (c) => carol.deleteNote(required(c, "id")),
  like: (c) => carol.like(required(c, "uri")),
  unlike: (c) => carol.unlike(required(c, "uri")),
  boost: (c) => carol.boost(required(c, "uri")),
  unboost: (c) => carol.unboost(required(c, "uri")),
};

const VIEWS = {
  log: () => memory.received,
  requests: () => memory.requests,
  troubles: () => memory.troubles,
  followers: () => [...memory.followers.keys()],
};

function statusOf(error) {
  if (error instanceof BadRequest) return 400;
  return error instanceof carol.NotFound ? 404 : 500;
}

/** The control routes. Our own name stays in the map of hosts, whatever a test sets. */
export function controlRoutes(ownHost) {
  const routes = new Hono().basePath("/ctl");
  for (const [name, act] of Object.entries(ACTS)) {
    routes.post(`/${name}`, async (c) => c.json(await act(c)));
  }
  for (const [name, view] of Object.entries(VIEWS)) {
    routes.get(`/${name}`, (c) => c.json(view()));
  }
  routes.post("/hosts", async (c) => {
    setHosts({ ...(await c.req.json()), ...ownHost() });
    return c.json({});
  });
  routes.post("/reset", async (c) => {
    await forgetEverything();
    return c.json({});
  });
  routes.notFound((c) => c.json({ error: `no control call ${c.req.method} ${c.req.path}` }, 404));
  routes.onError((error, c) => {
    const status = statusOf(error);
    if (status === 500) console.error(error);
    return c.json({ error: error.message }, status);
  });
  return routes;
}
