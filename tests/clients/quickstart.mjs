// What every client program needs: the installation, the operator's verbs, and patience.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

export const quickstart = JSON.parse(readFileSync(process.env.TANDEM_QUICKSTART, "utf8"));

const run = promisify(execFile);
export async function tandem(...words) {
  const { stdout } = await run(quickstart.tandem, [...words, "--data-dir", quickstart.dataDir]);
  return stdout;
}
export async function status() {
  return JSON.parse(await tandem("status", "--json"));
}
export async function owner() {
  return (await status()).hubs.find((hub) => hub.name === quickstart.hub).owner;
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function waitFor(what, condition, ms = 30_000) {
  const end = Date.now() + ms;
  for (;;) {
    const result = await condition();
    if (result) return result;
    if (Date.now() > end) throw new Error(`waited ${ms} ms for: ${what}`);
    await sleep(50);
  }
}

export function ok(what) {
  console.log(`ok: ${what} (${process.uptime().toFixed(1)} s)`);
}
export function assert(condition, what) {
  if (!condition) throw new Error("not so: " + what);
  ok(what);
}

// One connection string as an object.
export function parse(connectionString) {
  return Object.fromEntries(
    connectionString.split(";").map((part) => [part.split("=")[0], part.slice(part.indexOf("=") + 1)]));
}
