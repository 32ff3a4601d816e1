// The library that Whalebird and Fedistar are made with runs the same errands.

import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { env } from "node:process";

import generator, { detector } from "megalodon";

import { codeFrom, heardOf, OUT_OF_BAND, SCOPES } from "./errands.mjs";

const url = env.ORIGIN;
const kind = await detector(url);
assert.equal(kind, "mastodon");

async function signIn() {
  const anybody = generator(kind, url);
  const wanted = { scopes: SCOPES, redirect_uris: OUT_OF_BAND };
  const app = await anybody.registerApp("megalodon", wanted);
  const code = await codeFrom(app.url);
  const token = await anybody.fetchAccessToken(
    app.client_id,
    app.client_secret,
    code,
    OUT_OF_BAND,
  );
  return [app, token.access_token];
}

async function leave(client, app, token) {
  await client.revokeToken(app.client_id, app.client_secret, token);
  await assert.rejects(client.verifyAccountCredentials(), answers(401));
}

async function postAndRead(client) {
  const described = { description: "A meadow" };
  const { data: picture } = await client.uploadMedia(createReadStream(env.PICTURE), described);
  const { data: made } = await client.postStatus("Look #bees", { media_ids: [picture.id] });
  assert.equal(made.media_attachments[0].description, "A meadow");
  const change = { status: "Look again #bees", media_ids: [picture.id] };
  const { data: edited } = await client.editStatus(made.id, change);
  assert.match(edited.content, /again/);
  assert.equal((await client.getStatusSource(made.id)).data.text, "Look again #bees");

  const { data: answer } = await client.postStatus("Buzz", { in_reply_to_id: made.id });
  assert.deepEqual(ids((await client.getStatusContext(made.id)).data.descendants), [answer.id]);
  assert.equal((await client.favouriteStatus(made.id)).data.favourited, true);
  assert.equal((await client.reblogStatus(made.id)).data.reblog.id, made.id);
  assert.equal((await client.unreblogStatus(made.id)).data.reblogged, false);
  assert.equal((await client.bookmarkStatus(made.id)).data.bookmarked, true);
  assert.deepEqual(ids((await client.getBookmarks()).data), [made.id]);
  assert.deepEqual(ids((await client.getTagTimeline("bees")).data), [made.id]);

  await client.deleteStatus(answer.id);
  await assert.rejects(client.getStatus(answer.id), answers(404));
  return made;
}

async function pollAndVote(client, bob) {
  const poll = { options: ["yes", "no"], expires_in: 600 };
  const { data: asked } = await client.postStatus("Well?", { poll });
  assert.deepEqual(asked.poll.options.map((one) => one.title), ["yes", "no"]);
  const [tea] = (await client.getAccountStatuses(bob.id)).data;
  const { data: voted } = await client.votePoll(tea.poll.id, [1]);
  assert.deepEqual([voted.voted, voted.votes_count], [true, 1]);
  return [asked, tea];
}

async function meetPeople(client, bob) {
  assert.equal((await client.followAccount(bob.id)).data.following, true);
  const [standing] = (await client.getRelationships([bob.id])).data;
  assert.deepEqual([standing.following, standing.followed_by], [true, true]);

  const told = (await client.getNotifications()).data;
  assert.deepEqual(told.map((one) => [one.type, one.account.acct]), [["follow", "bob"]]);

  const { data: list } = await client.createList("Tea");
  await client.addAccountsToList(list.id, [bob.id]);
  assert.deepEqual(ids((await client.getAccountsInList(list.id)).data), [bob.id]);
  await client.deleteAccountsFromList(list.id, [bob.id]);
  assert.deepEqual((await client.getAccountsInList(list.id)).data, []);
  await client.deleteList(list.id);
  assert.deepEqual((await client.getLists()).data, []);
}

async function filterAndSearch(client) {
  const { data: filter } = await client.createFilter("wasps", ["home"]);
  assert.deepEqual([filter.phrase, filter.context], ["wasps", ["home"]]);
  await client.deleteFilter(filter.id);
  assert.deepEqual((await client.getFilters()).data, []);

  assert.deepEqual(accts((await client.search("bob", { type: "accounts" })).data.accounts), ["bob"]);
  const found = (await client.search("#bees", { type: "hashtags" })).data;
  assert.deepEqual(found.hashtags.map((one) => one.name), ["bees"]);
}

async function leafThroughHome(client, expected) {
  const seen = [];
  let page = (await client.getHomeTimeline({ limit: 2 })).data;
  while (page.length > 0) {
    assert.ok(page.length <= 2);
    seen.push(...ids(page));
    page = (await client.getHomeTimeline({ limit: 2, max_id: seen.at(-1) })).data;
  }
  assert.deepEqual(seen, expected.map((one) => one.id));
}

async function listen(client) {
  const socket = await client.userStreaming();
  const { promise, resolve } = Promise.withResolvers();
  socket.on("update", resolve);
  const heard = await heardOf(promise, () => client.postStatus("Is this heard?"));
  assert.equal(heard.content, "<p>Is this heard?</p>");
  socket.stop();
}

const ids = (things) => things.map((one) => one.id);
const accts = (people) => people.map((one) => one.acct);
const answers = (status) => (error) => error.response.status === status;

const [app, token] = await signIn();
const client = generator(kind, url, token);
assert.equal((await client.verifyAccountCredentials()).data.acct, "alice");
assert.equal((await client.getInstance()).data.uri, new URL(url).host);
const { data: bob } = await client.lookupAccount("bob");
const made = await postAndRead(client);
const [asked, tea] = await pollAndVote(client, bob);
await meetPeople(client, bob);
await filterAndSearch(client);
await leafThroughHome(client, [asked, made, tea]);
await listen(client);
await leave(client, app, token);
process.exit(); // whatever the library still waits for
