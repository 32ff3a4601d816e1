// The library that Phanpy and Elk are made with runs errands for alice. Bob is here as well: he has
// asked whether there is tea, and follows her.

import assert from "node:assert/strict";
import { openAsBlob } from "node:fs";
import { env } from "node:process";

import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient } from "masto";

import { codeFrom, heardOf, OUT_OF_BAND, SCOPES } from "./errands.mjs";

const url = env.ORIGIN;

async function signIn() {
  const scopes = SCOPES.join(" ");
  const app = await createRestAPIClient({ url }).v1.apps.create({
    clientName: "masto",
    redirectUris: OUT_OF_BAND,
    scopes,
  });
  const page = new URL("/oauth/authorize", url);
  page.search = new URLSearchParams({
    client_id: app.clientId,
    redirect_uri: OUT_OF_BAND,
    response_type: "code",
    scope: scopes,
  });
  const token = await createOAuthAPIClient({ url }).token.create({
    clientId: app.clientId,
    clientSecret: app.clientSecret,
    redirectUri: OUT_OF_BAND,
    grantType: "authorization_code",
    code: await codeFrom(page.href),
    scope: scopes,
  });
  assert.equal(token.tokenType, "Bearer");
  return [app, token.accessToken];
}

async function leave(client, app, token) {
  const { clientId, clientSecret } = app;
  await createOAuthAPIClient({ url }).revoke({ clientId, clientSecret, token });
  await assert.rejects(client.v1.accounts.verifyCredentials(), { statusCode: 401 });
}

async function postAndRead(client) {
  const picture = await client.v2.media.create({
    file: await openAsBlob(env.PICTURE),
    description: "A meadow",
  });
  const made = await client.v1.statuses.create({ status: "Look #bees", mediaIds: [picture.id] });
  assert.equal(made.mediaAttachments[0].description, "A meadow");
  const post = client.v1.statuses.$select(made.id);
  const edited = await post.update({ status: "Look again #bees", mediaIds: [picture.id] });
  assert.match(edited.content, /again/);
  assert.equal((await post.history.list()).length, 2);
  assert.equal((await post.source.fetch()).text, "Look again #bees");

  const answer = await client.v1.statuses.create({ status: "Buzz", inReplyToId: made.id });
  assert.deepEqual(ids((await post.context.fetch()).descendants), [answer.id]);
  assert.equal((await post.favourite()).favourited, true);
  assert.equal((await post.reblog()).reblog.id, made.id);
  assert.equal((await post.unreblog()).reblogged, false);
  assert.equal((await post.bookmark()).bookmarked, true);
  assert.deepEqual(ids(await client.v1.bookmarks.list()), [made.id]);
  assert.deepEqual(ids(await client.v1.timelines.tag.$select("bees").list()), [made.id]);

  await client.v1.statuses.$select(answer.id).remove();
  await assert.rejects(client.v1.statuses.$select(answer.id).fetch(), { statusCode: 404 });
  return made;
}

async function pollAndVote(client, bob) {
  const poll = { options: ["yes", "no"], expiresIn: 600 };
  const asked = await client.v1.statuses.create({ status: "Well?", poll });
  assert.deepEqual(asked.poll.options.map((one) => one.title), ["yes", "no"]);
  const [tea] = await client.v1.accounts.$select(bob.id).statuses.list();
  const voted = await client.v1.polls.$select(tea.poll.id).votes.create({ choices: [1] });
  assert.deepEqual([voted.voted, voted.ownVotes, voted.votesCount], [true, [1], 1]);
  return [asked, tea];
}

async function meetPeople(client, bob) {
  const person = client.v1.accounts.$select(bob.id);
  assert.equal((await person.follow()).following, true);
  const [standing] = await client.v1.accounts.relationships.fetch({ id: [bob.id] });
  assert.deepEqual([standing.following, standing.followedBy], [true, true]);

  const told = await client.v1.notifications.list();
  assert.deepEqual(told.map((one) => [one.type, one.account.acct]), [["follow", "bob"]]);
  const grouped = await client.v2.notifications.list();
  assert.deepEqual(grouped.notificationGroups.map((one) => one.type), ["follow"]);

  const list = await client.v1.lists.create({ title: "Tea" });
  await client.v1.lists.$select(list.id).accounts.create({ accountIds: [bob.id] });
  assert.deepEqual(ids(await client.v1.lists.$select(list.id).accounts.list()), [bob.id]);
  assert.deepEqual(ids(await person.lists.list()), [list.id]);
  await client.v1.lists.$select(list.id).accounts.remove({ accountIds: [bob.id] });
  await client.v1.lists.$select(list.id).remove();
  assert.deepEqual(await client.v1.lists.list(), []);
}

async function filterAndSearch(client, made, tea) {
  const filter = await client.v2.filters.create({
    title: "Drinks",
    context: ["home"],
    filterAction: "hide",
    keywordsAttributes: [{ keyword: "tea", wholeWord: true }],
  });
  assert.deepEqual(filter.keywords.map((one) => one.keyword), ["tea"]);
  const home = ids(await client.v1.timelines.home.list());
  assert.deepEqual([home.includes(tea.id), home.includes(made.id)], [false, true]);
  await client.v2.filters.$select(filter.id).remove();

  assert.deepEqual(accts((await client.v2.search.list({ q: "bob" })).accounts), ["bob"]);
  const found = await client.v2.search.list({ q: "#bees", type: "hashtags" });
  assert.deepEqual(found.hashtags.map((one) => one.name), ["bees"]);
}

async function leafThroughHome(client, expected) {
  const pages = [];
  for await (const page of client.v1.timelines.home.list({ limit: 2 })) pages.push(ids(page));
  assert.deepEqual(pages.flat(), expected.map((one) => one.id));
  assert.ok(pages.every((page) => page.length <= 2));
}

async function listen(client, accessToken) {
  const { configuration } = await client.v2.instance.fetch();
  const streaming = createStreamingAPIClient({
    streamingApiUrl: configuration.urls.streaming,
    accessToken,
  });
  const heard = (await heardOf(streaming.user.subscribe().values().next(), () =>
    client.v1.statuses.create({ status: "Is this heard?" }),
  )).value;
  assert.deepEqual([heard.event, heard.payload.content], ["update", "<p>Is this heard?</p>"]);
  streaming.close();
}

const ids = (things) => things.map((one) => one.id);
const accts = (people) => people.map((one) => one.acct);

const [app, accessToken] = await signIn();
const client = createRestAPIClient({ url, accessToken });
assert.equal((await client.v1.accounts.verifyCredentials()).acct, "alice");
const bob = await client.v1.accounts.lookup({ acct: "bob" });
const made = await postAndRead(client);
const [asked, tea] = await pollAndVote(client, bob);
await meetPeople(client, bob);
await filterAndSearch(client, made, tea);
await leafThroughHome(client, [asked, made, tea]);
await listen(client, accessToken);
await leave(client, app, accessToken);
process.exit(); // whatever the library still waits for
