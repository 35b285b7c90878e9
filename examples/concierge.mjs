// Follows a hub's concierge: where is the hub served now? For devices that use Node.js; needs
// nothing but Node.js itself.
//
//   const concierge = new Concierge({ host, urls, keys });
//   concierge.install();     // from now on every connection to `host` goes where it is served
//
// `urls` are asked one after the other, with exponential back-off and full jitter between the
// rounds. An answer is believed when one of the pinned `keys` (a JSON Web Key Set, given to the
// device when it was made) has signed it, when it is for this host, of about now, and of no lower
// epoch than the last.
import { createPublicKey, verify } from "node:crypto";
import dns from "node:dns";
import https from "node:https";

const answerWaitMs = 2_000;
const freshMs = 1_000;             // an answer this young is not asked for again
const firstRestMs = 200;
const restMaxMs = 10_000;
const clockToleranceMs = 5 * 60_000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function get(url) {
  return new Promise((resolve, reject) => {
    const request = https.get(url, { agent: false, timeout: answerWaitMs }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({
        status: response.statusCode,
        signature: response.headers["concierge-signature"],
        body: Buffer.concat(parts),
      }));
      response.on("error", reject);
    });
    request.on("timeout", () => request.destroy(new Error("no answer in time")));
    request.on("error", reject);
  });
}

export class Concierge {
  constructor({ host, urls, keys, log = () => {} }) {
    this.host = host.toLowerCase();
    this.urls = urls;
    this.keys = keys.keys.map((jwk) => createPublicKey({ key: jwk, format: "jwk" }));
    this.log = log;
    this.directions = undefined;
    this.believedAt = -Infinity;
    this.next = 0;                 // whom to ask
    this.failures = 0;             // since the last answer that was believed
    this.asking = undefined;
  }

  // The directions in `answer`; throws the reason why they are not believed.
  believe({ status, signature, body }) {
    if (status !== 200) throw new Error(`answered ${status}`);
    const [header, none, tag] = (signature ?? "").split(".");
    if (none !== "" || !tag) throw new Error("not signed");
    const { alg, crit } = JSON.parse(Buffer.from(header, "base64url"));
    if (alg !== "EdDSA" || crit) throw new Error("signed in another way");
    const signed = Buffer.from(`${header}.${body.toString("base64url")}`);
    if (!this.keys.some((key) => verify(null, signed, key, Buffer.from(tag, "base64url"))))
      throw new Error("not signed by a concierge that we know");
    const directions = JSON.parse(body);
    if (directions.host !== this.host) throw new Error("directions to another hub");
    const now = Date.now();
    if (Date.parse(directions.issuedAt) > now + clockToleranceMs ||
        Date.parse(directions.expiresAt) < now - clockToleranceMs)
      throw new Error("directions of another time");
    if (this.directions && directions.epoch < this.directions.epoch)
      throw new Error("directions older than those we have");
    return directions;
  }

  // Where the hub is served. Asks again when the last answer is not fresh; gives the last answer
  // when a whole round of concierges has none, and throws when there never was one.
  async where() {
    if (performance.now() - this.believedAt < freshMs) return this.directions;
    this.asking ??= this.ask().finally(() => (this.asking = undefined));
    return this.asking;
  }

  async ask() {
    let why;
    for (const _ of this.urls) {
      const url = this.urls[this.next];
      try {
        const directions = this.believe(
          await get(`${url}/concierge/v1/hubs/${encodeURIComponent(this.host)}`));
        if (this.directions?.region !== directions.region)
          this.log(`${url} says: ${this.host} is served in ${directions.displayName}`);
        this.directions = directions;
        this.believedAt = performance.now();
        this.failures = 0;
        return directions;
      } catch (error) {
        why = error;
        this.log(`${url}: ${error.message}`);
        this.next = (this.next + 1) % this.urls.length;
        const rounds = Math.min(Math.floor(this.failures++ / this.urls.length), 16);
        await sleep(Math.random() * Math.min(restMaxMs, firstRestMs * 2 ** rounds));
      }
    }
    if (this.directions) return this.directions;
    throw new Error(`no concierge knows where ${this.host} is served`, { cause: why });
  }

  // Node.js resolves a name for every connection with dns.lookup. For this one host the concierge
  // answers instead; TLS still checks the host's name, and the SDK needs no change.
  install(protocol = "mqtt") {
    const lookup = dns.lookup;
    dns.lookup = (name, options, callback) => {
      if (typeof options === "function") [options, callback] = [{}, options];
      if (typeof options === "number") options = { family: options };
      if (String(name).toLowerCase() !== this.host) return lookup(name, options, callback);
      this.where().then((directions) => {
        const { address } = directions.endpoints.find((one) => one.protocol === protocol);
        lookup(address, options, callback);
      }).catch(callback);
    };
  }
}
