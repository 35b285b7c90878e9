// Every pane of the portal: it opens, it is accessible, it fits, and a picture of it is kept.
//
// At the end the hub has moved to its pair, by an evacuation.
//
// usage: portal_panes.mjs [lost]      lost: the owner's region is down, and every page says so
import { Tab, check, quickstart } from './browser.mjs';

const hub = `/hubs/${quickstart.hub}`;
const group = `/groups/${quickstart.resourceGroup}`;

/** Address, picture, heading. */
const pages = [
  ['/', 'home', 'Home'],
  ['/hubs', 'hubs', 'IoT hubs'],
  ['/groups', 'groups', 'Resource groups'],
  [group, 'group-demo', quickstart.resourceGroup],
  ['/create', 'create', 'Create an IoT hub'],
  ['/regions', 'regions', 'Regions'],
  ['/activity', 'activity', 'Activity'],
  ['/audit', 'audit', 'Audit log'],
  ['/nowhere', 'not-found', 'Page not found'],
  [hub, 'hub-overview', quickstart.hub],
  ...[
    ['activity', 'Activity'],
    ['devices', 'Devices'],
    ['jobs', 'Import and export'],
    ['policies', 'Shared access policies'],
    ['certificates', 'Certificates'],
    ['networking', 'Networking'],
    ['failover', 'Failover'],
    ['endpoints', 'Built-in endpoints'],
    ['routing', 'Message routing'],
    ['properties', 'Properties'],
    ['metrics', 'Quotas and metrics'],
  ].map(([path, name]) => [`${hub}/${path}`, `hub-${path}`, `${quickstart.hub} | ${name}`]),
];

const inDark = ['home', 'hubs', 'create', 'regions', 'audit', 'hub-overview', 'hub-failover',
  'hub-devices', 'hub-metrics'];

async function everyPage(options) {
  const tab = await Tab.open(options);
  await tab.go('/');
  await tab.look('sign-in');
  await tab.signIn();
  const wanted = pages.filter(([, name]) => !options.dark || inDark.includes(name));
  for (const [path, name, heading] of wanted) {
    await tab.go(path);
    await tab.heading(heading).waitFor();
    await tab.look(name);
  }
  await tab.close();
}

async function byKeyboard() {
  const tab = await Tab.open();
  const { page } = tab;
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
  const press = (key) => page.keyboard.press(key);
  tab.expects(/^400 POST \/adfs\/oauth2\/token/, /^sign-in-refused: /);
  await tab.go('/');
  await page.keyboard.type(quickstart.portalUser ?? quickstart.clientId);
  await press('Tab');
  await page.keyboard.type('wrong');
  await press('Enter');
  await page.getByRole('alert').waitFor();
  await tab.look('sign-in-refused');
  await tab.field('Password').focus();
  await page.keyboard.type(quickstart.portalPassword ?? quickstart.clientSecret);
  await press('Enter');
  await tab.heading('Home').waitFor();
  check((await focused()) === 'Home', 'the heading of a new page to have the focus');
  const first = page.locator('a[href], button, input').first();
  check((await first.textContent()) === 'Skip to main content', 'a way past the menus to come first');
  await first.focus();
  await press('Enter');
  check((await page.evaluate(() => location.hash)) === '#main', 'it to lead to the main part');
  // To the hub by search, without a pointer.
  await page.getByRole('combobox', { name: /^Search/ }).focus();
  await page.keyboard.type(quickstart.hub.slice(0, 3));
  await page.getByRole('option').first().waitFor();
  await tab.shot('search');
  await press('Enter');
  await tab.heading(quickstart.hub).waitFor();
  // A pane holds the focus while it is open, and gives it back.
  const remove = tab.button('Delete');
  await remove.focus();
  await press('Enter');
  const pane = tab.drawer(`Delete ${quickstart.hub}`);
  await pane.waitFor();
  await tab.look('hub-delete');
  for (let i = 0; i < 8; i++) {
    await press('Tab');
    const inside = await pane.evaluate((element) => element.contains(document.activeElement));
    check(inside, 'the focus to stay in the pane');
  }
  await press('Escape');
  await pane.waitFor({ state: 'hidden' });
  await page.waitForFunction(() => document.activeElement?.textContent === 'Delete');
  // Dark, by choice; kept over a reload.
  await tab.button('Theme').click();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await page.reload();
  await tab.heading(quickstart.hub).waitFor();
  check((await page.evaluate(() => document.documentElement.style.colorScheme)) === 'dark',
    'the chosen theme to stay');
  await tab.menu('Home').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await tab.field('Password').waitFor();
  check((await page.evaluate(() => sessionStorage.getItem('tandem.session'))) === null,
    'no token to be left after signing out');
  await tab.close();
}

/** The management service goes away and comes back; nobody presses anything. */
async function withoutTheService() {
  const tab = await Tab.open();
  await tab.signIn();
  await tab.go(`${hub}/policies`);
  await tab.settled();
  tab.expects(/^net::ERR_CONNECTION_REFUSED /, /: The management service does not answer/);
  const refuse = (route) => route.abort('connectionrefused');
  await tab.page.route('**/*', refuse);
  await tab.sees('The management service does not answer.');
  await tab.button('Open service').waitFor(); // what was known is still there
  await tab.look('service-away');
  // To a pane that was not open before, while there is nobody to ask.
  await tab.hubMenu('Certificates').click();
  await tab.page.waitForTimeout(1000);
  await tab.page.unroute('**/*', refuse);
  await tab.sees('No certificates');
  await tab.text('The management service does not answer.').waitFor({ state: 'detached' });
  await tab.close();
}

async function withoutARegion() {
  const tab = await Tab.open();
  tab.expects(/: Region .* is unreachable/, /: No region serves this hub/);
  await tab.signIn();
  for (const [path, name] of pages.filter(([, one]) =>
    ['home', 'hubs', 'regions', 'hub-overview', 'hub-failover', 'create'].includes(one))) {
    await tab.go(path);
    await tab.sees(/^Region .* is unreachable\.$/);
    await tab.look(`lost-${name}`);
  }
  await tab.go(hub);
  await tab.sees('No region serves this hub.');
  await tab.close();
}

/** Moves every hub of a region away, as the operator does before work on it. */
async function evacuate() {
  const tab = await Tab.open();
  const [from, to] = ['West US 2', 'West Central US'];
  await tab.signIn();
  await tab.menu('Regions').click();
  await tab.button(`Evacuate ${from}`).click();
  const pane = tab.drawer(`Evacuate ${from}`);
  const start = pane.getByRole('button', { name: 'Evacuate', exact: true });
  check(await start.isDisabled(), 'Evacuate to wait for the name');
  await pane.getByRole('textbox').fill(quickstart.owner);
  await tab.look('evacuate');
  await start.click();
  await pane.waitFor({ state: 'hidden' });
  const table = tab.page.getByRole('table', { name: `Evacuation of ${from}` });
  await table.getByRole('row').filter({ hasText: quickstart.hub }).getByText('Succeeded').waitFor();
  await tab.page.getByText('Complete.').first().waitFor();
  await tab.look('evacuated');
  await tab.go(hub);
  await tab.fact('Primary location', to);
  await tab.close();
}

if (process.argv[2] === 'lost') {
  await withoutARegion();
} else {
  await byKeyboard();
  console.log('done: by keyboard');
  await withoutTheService();
  console.log('done: without the service');
  for (const options of [{}, { dark: true }, { phone: true }]) {
    await everyPage(options);
    console.log('done:', JSON.stringify(options));
  }
  await evacuate();
}
