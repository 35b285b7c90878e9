// The portal in a real browser: what its tests share. Debian's Chromium, driven by playwright-core.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];
const WAIT_MS = Number(process.env.PORTAL_WAIT_MS ?? 120_000); // machines that run tests are busy; nothing here measures time
const LOOKS_MAX = 10;
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

export const quickstart = JSON.parse(readFileSync(process.env.TANDEM_QUICKSTART, 'utf8'));
const base = process.env.PORTAL_URL ?? new URL(quickstart.controlUrl).origin;
const shots = process.env.TANDEM_SCREENSHOTS;
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export function check(condition, what) {
  if (!condition) throw new Error(`expected: ${what}`);
}

/**
 * A tab of a fresh browser profile. `problems` gathers exceptions, what the console says, requests
 * that fail, and error bars on pages that are looked at; what a test provokes it expects() first.
 */
export class Tab {
  static async open({ phone = false, dark = false, motion = 'reduce' } = {}) {
    check(existsSync(CHROMIUM), `${CHROMIUM} (Debian's package chromium)`);
    const tab = new Tab();
    tab.browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    const context = await tab.browser.newContext({
      viewport: phone ? PHONE : DESKTOP,
      colorScheme: dark ? 'dark' : 'light',
      reducedMotion: motion,
      ignoreHTTPSErrors: true, // the installation's own authority is not the system's
    });
    context.setDefaultTimeout(WAIT_MS);
    tab.page = await context.newPage();
    tab.suffix = `${phone ? 'phone' : 'desktop'}-${dark ? 'dark' : 'light'}`;
    tab.problems = [];
    tab.expected = [];
    tab.underWay = new Set();
    tab.watch(tab.page);
    return tab;
  }

  watch(page) {
    page.on('pageerror', (error) => this.problem(`exception: ${error.message}`));
    page.on('console', (message) => {
      const text = message.text();
      // Which request it was, the response tells.
      if (['error', 'warning'].includes(message.type()) &&
          !text.startsWith('Failed to load resource'))
        this.problem(text);
    });
    const what = (request) => `${request.method()} ${request.url().slice(base.length)}`;
    page.on('request', (request) => this.underWay.add(request));
    page.on('requestfinished', (request) => this.underWay.delete(request));
    page.on('requestfailed', (request) => {
      this.underWay.delete(request);
      const why = request.failure()?.errorText;
      // Whoever leaves a page leaves its requests.
      if (why !== 'net::ERR_ABORTED') this.problem(`${why} ${what(request)}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400) this.problem(`${response.status()} ${what(response.request())}`);
    });
  }

  /** From now on such a problem is none. */
  expects(...patterns) {
    this.expected.push(...patterns);
  }

  problem(text) {
    if (!this.expected.some((pattern) => pattern.test(text))) this.problems.push(text);
  }

  async close() {
    await this.browser.close();
    check(this.problems.length === 0, `nothing to go wrong, not: ${this.problems.join(' | ')}`);
  }

  // ---- going about
  async go(path) {
    await this.page.goto(`${base}/portal${path}`);
    await this.page.locator('h1').first().waitFor();
  }

  async signIn() {
    await this.go('/');
    await this.field('User name').fill(quickstart.portalUser ?? quickstart.clientId);
    await this.field('Password').fill(quickstart.portalPassword ?? quickstart.clientSecret);
    await this.button('Sign in').click();
    await this.heading('Home').waitFor();
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: true });
  }
  link(name, within = this.page) {
    return within.getByRole('link', { name, exact: true });
  }
  field(label) {
    const text = this.page.getByRole('textbox', { name: label, exact: true });
    return text.or(this.page.getByLabel(label, { exact: true })).first();
  }
  heading(name) {
    return this.page.getByRole('heading', { level: 1, name, exact: true });
  }
  text(text) {
    return this.page.getByText(text).first();
  }
  async sees(text) {
    await this.text(text).waitFor();
  }
  menu(name) {
    return this.link(name, this.page.getByRole('navigation', { name: 'Portal' }));
  }
  hubMenu(name) {
    return this.link(name, this.page.getByRole('navigation', { name: 'IoT hub' }));
  }
  drawer(title) {
    return this.page.getByRole('dialog', { name: title });
  }
  /** Waits until a fact of the page's essentials reads so. */
  async fact(label, value) {
    const term = this.page.locator('dl > div').filter({ has: this.page.locator('dt', { hasText: label }) });
    await term.filter({ hasText: value }).first().waitFor();
  }

  /** Until everything that the page asked for has come. */
  async settled() {
    await this.page.getByRole('progressbar', { name: /^Loading/ }).first().waitFor({ state: 'hidden' });
    await this.page.waitForLoadState('load');
    while (this.underWay.size > 0) await this.page.waitForTimeout(50);
    await this.page.evaluate(() => new Promise((shown) => requestAnimationFrame(shown)));
  }

  // ---- looking
  async shot(name) {
    if (!shots) return;
    mkdirSync(shots, { recursive: true });
    await this.page.screenshot({ path: join(shots, `${name}-${this.suffix}.png`) });
  }

  /**
   * No violation of WCAG 2 A or AA that axe-core calls serious or critical; nothing cut off. What
   * is still fading in or out is looked at again.
   */
  async accessible(where) {
    await this.page.evaluate(axeSource);
    const look = () => this.page.evaluate(async () => {
      // Fluent UI's own markers of where the focus goes round are no part of the page.
      const result = await globalThis.axe.run({ exclude: ['[data-tabster-dummy]'] }, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'],
        resultTypes: ['violations'],
      });
      return result.violations
        .filter((one) => one.impact === 'serious' || one.impact === 'critical')
        .map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 200)).slice(0, 3).join(' ; ')}`);
    });
    let found = await look();
    for (let again = 0; found.length > 0 && again < LOOKS_MAX; ++again) found = await look();
    check(found.length === 0, `${where} (${this.suffix}) to be accessible, not: ${found.join('\n')}`);
    const wide = await this.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    check(wide <= 0, `${where} (${this.suffix}) to fit its width, not ${wide} px too wide`);
  }

  async look(name) {
    await this.settled();
    for (const bar of await this.page.locator('[data-intent=error]').allTextContents())
      this.problem(`${name}: ${bar}`);
    await this.accessible(name);
    await this.shot(name);
  }
}
