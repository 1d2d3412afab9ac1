// A receiver of webhooks as a user would write it, with the npm package standardwebhooks, that also keeps what it got
// and answers as it is told. receiver.py starts it and talks to it.
//
// The first line on stdin is {"secrets": ["whsec_…"]}, the first on stdout {"port": N}; when stdin ends, so does this.
// Whatever is not below /control/ is a delivery.

import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Webhook } from "standardwebhooks";

let secrets = [];
const deliveries = [];
const answers = [];  // for the next deliveries, in order
let otherwise = 200;  // for those beyond them
const hanging = new Set();

async function read(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** The places of the secrets that this delivery is signed with, and what the last one that is not had to say. */
function verify(body, headers) {
  const verifiedBy = [];
  let refusal = null;
  secrets.forEach((secret, place) => {
    try {
      new Webhook(secret).verify(body, headers);
      verifiedBy.push(place);
    } catch (error) {
      refusal = error.message;
    }
  });
  return { verifiedBy, refusal };
}

async function receive(request, response) {
  const body = await read(request);
  const answer = answers.shift() ?? otherwise;
  deliveries.push({
    method: request.method, url: request.url, headers: request.headers, body, answer, ...verify(body, request.headers),
  });
  if (answer === "hang") {
    hanging.add(response);
    return;
  }
  const { status, headers } = typeof answer === "number" ? { status: answer } : answer;
  response.writeHead(status, headers).end();
}

async function control(request, response) {
  const wanted = request.method === "POST" ? JSON.parse(await read(request)) : {};
  if (wanted.secrets) secrets = wanted.secrets;
  if (wanted.answers) answers.push(...wanted.answers);
  if (wanted.otherwise) otherwise = wanted.otherwise;
  if (wanted.release) {
    for (const one of hanging) one.writeHead(200).end();
    hanging.clear();
  }
  response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(deliveries));
}

const server = createServer((request, response) => {
  const handle = request.url.startsWith("/control/") ? control : receive;
  handle(request, response).catch((error) => response.writeHead(500).end(error.message));
});

const input = createInterface({ input: process.stdin });
input.once("line", (line) => {
  secrets = JSON.parse(line).secrets;
  server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
});
input.once("close", () => process.exit(0));
