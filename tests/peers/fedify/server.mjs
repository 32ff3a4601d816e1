// A live ActivityPub server on the Fedify framework, for tests: actor carol. README.md says how to
// run it. This is where it starts and ends.

import { AsyncLocalStorage } from "node:async_hooks";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { inspect } from "node:util";

import { serve } from "@hono/node-server";
import { configure } from "@logtape/logtape";

import { controlRoutes } from "./control.mjs";
import { setHosts } from "./hosts.mjs";
import { settings } from "./settings.mjs";
import { answerVisit } from "./visits.mjs";

function asText(part) {
  if (typeof part === "string") return part;
  return part instanceof Error ? String(part) : inspect(part);
}

function logLine(entry) {
  const message = entry.message.map(asText);
  process.stderr.write(`${entry.level} ${entry.category.join(".")}: ${message.join("")}\n`);
}

async function logToStderr() {
  await configure({
    contextLocalStorage: new AsyncLocalStorage(),
    sinks: { stderr: logLine },
    loggers: [
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["stderr"] },
      { category: ["fedify"], lowestLevel: "warning", sinks: ["stderr"] },
      // Only at this level does Fedify say why it did not like a signature.
      { category: ["fedify", "sig"], lowestLevel: "debug" },
    ],
  });
}

function listen() {
  const ownHost = () => ({ [new URL(settings.origin).hostname]: server.address().port });
  const control = controlRoutes(ownHost);
  const server = serve(
    {
      ...settings.listen,
      createServer,
      serverOptions: {
        cert: readFileSync(settings.certificateFile),
        key: readFileSync(settings.keyFile),
      },
      fetch: (request) =>
        new URL(request.url).pathname.startsWith("/ctl/")
          ? control.fetch(request)
          : answerVisit(request),
    },
    ({ port }) => {
      setHosts({ ...settings.hosts, ...ownHost() });
      console.log(JSON.stringify({ listening: port }));
    },
  );
}

function endWithParent() {
  // Whoever started this server holds its standard input, and closes it even by crashing.
  process.stdin.resume();
  process.stdin.on("close", () => process.exit(0));
  process.on("SIGTERM", () => process.exit(0));
}

await logToStderr();
endWithParent();
listen();
