// The panes of a hub in a real browser: each does something real, and what it did is asked of
// the hub again. Pictures are kept.
//
// usage: portal_hub.mjs [NAME..]      NAME: only these, in their order below
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import device from 'azure-iot-device';
import { Mqtt } from 'azure-iot-device-mqtt';
import { Tab, check, quickstart } from './browser.mjs';

const HUB = quickstart.hub;
const tab = await Tab.open();
const { page } = tab;
const button = (name) => tab.button(name);
const pane = async (path, title) => {
  await tab.go(`/hubs/${HUB}/${path}`);
  await tab.heading(`${HUB} | ${title}`).waitFor();
};
const dialog = () => page.locator('[role=dialog], [role=alertdialog]').last();
const within = (name) => dialog().getByRole('button', { name, exact: true });
const gone = (locator) => locator.waitFor({ state: 'detached' });

// ---- devices
const DEVICE = 'portal-device#1';
let connectionString;

async function devices() {
  await pane('devices', 'Devices');
  await button('Add device').first().click();
  await dialog().getByRole('textbox', { name: 'Device ID' }).fill('not valid');
  await tab.sees('A device ID has no blanks.');
  check(await within('Create').isDisabled(), 'no device with such an id');
  await dialog().getByRole('textbox', { name: 'Device ID' }).fill(DEVICE);
  await tab.look('device-create');
  await within('Create').click();
  await tab.heading(DEVICE).waitFor();
  await button('Show Primary connection string').click();
  connectionString = await page.getByText(/^HostName=.*DeviceId=/).textContent();
  check(connectionString.includes(`DeviceId=${DEVICE};`), 'the connection string of the device');
  await button('Hide Primary connection string').click();
  check((await page.getByText(/^HostName=/).count()) === 0, 'no secret shown unasked');

  await pane('devices', 'Devices');
  await tab.field('Device ID begins with').fill('portal-');
  await tab.link(DEVICE).waitFor();
  await gone(tab.link('device-1'));
  await tab.look('devices-filtered');
  await tab.link(DEVICE).click();
  await tab.heading(DEVICE).waitFor();
}

async function twins() {
  const editor = () => page.getByRole('textbox', { name: /^Tags and desired properties/ });
  await editor().fill('{\n  "tags": {},\n  "desired": {"rate": 1,}\n}');
  await tab.sees(/Line 3, column 24/);
  check(await button('Save twin').isDisabled(), 'no twin saved that is no JSON');
  await tab.look('twin-fault');
  await editor().fill('{"tags": {"site": "a"}, "desired": {"rate": 1, "mode": "slow"}}');
  await button('Save twin').click();
  await tab.sees(/^Saved\.$/);

  // Somebody else, meanwhile.
  await editor().fill('{"tags": {"site": "a"}, "desired": {"rate": 5, "mode": "slow"}}');
  const other = await page.context().newPage();
  tab.watch(other);
  // The session lives in one tab; the other gets it too.
  const session = await page.evaluate(() => sessionStorage.getItem('tandem.session'));
  await other.addInitScript((text) => sessionStorage.setItem('tandem.session', text), session);
  await other.goto(page.url());
  const theirs = other.getByRole('textbox', { name: /^Tags and desired properties/ });
  await theirs.fill('{"tags": {"site": "b"}, "desired": {"rate": 2, "mode": "slow"}}');
  await other.getByRole('button', { name: 'Save twin' }).click();
  await other.getByText('Saved.', { exact: true }).waitFor();
  await other.close();

  await tab.sees('Somebody changed the twin meanwhile.');
  check(await button('Save twin').isDisabled(), "nobody's change overwritten unseen");
  await tab.look('twin-conflict');
  await button('Join: mine on top').click();
  await button('Save twin').click();
  await tab.sees(/^Saved\.$/);
  await page.reload();
  await editor().waitFor();
  const now = JSON.parse(await editor().inputValue());
  check(now.tags.site === 'b' && now.desired.rate === 5, 'both changes in the twin');
}

async function telemetry() {
  await pane('endpoints', 'Built-in endpoints');
  await button('Add').click();
  await dialog().getByRole('textbox', { name: 'Name' }).fill('analytics');
  await within('Add').click();
  await button('Delete analytics').waitFor();
  await button('Start').click();
  await tab.sees(/^Reading/);
  await tab.sees('No message yet.');

  // The hub's own name is one of this installation; the resolver of Node.js knows localhost only.
  const host = quickstart.deviceConnectionString.split(';')[0];
  const client = device.Client.fromConnectionString(
    connectionString.replace(/^HostName=[^;]+/, host), Mqtt);
  await client.open();
  const message = new device.Message(JSON.stringify({ temperature: 21.5 }));
  message.contentType = 'application/json';
  message.contentEncoding = 'utf-8';
  message.properties.add('level', 'high');
  await client.sendEvent(message);
  const row = page.getByRole('list', { name: 'Messages, newest first' }).locator('summary').first();
  await row.click();
  await tab.sees('"temperature": 21.5');
  await tab.sees('Application properties');
  await tab.look('live-messages');
  await button('Pause').click();
  await tab.sees(/^Paused/);

  await pane('devices', 'Devices');
  await tab.field('Device ID begins with').fill('portal-');
  const line = page.getByRole('row').filter({ hasText: DEVICE });
  await line.getByText('West US 2').waitFor();
  await tab.shot('devices-connected');
  await client.close();

  await pane('endpoints', 'Built-in endpoints');
  await button('Delete analytics').click();
  await within('Delete').click();
  await gone(button('Delete analytics'));
}

async function deviceEnds() {
  await tab.go(`/hubs/${HUB}/devices/${encodeURIComponent(DEVICE)}`);
  await button('Disable').click();
  await within('Disable').click();
  await tab.sees('The device is disabled: it cannot connect.');
  await button('Delete').click();
  await tab.look('device-delete');
  await within('Delete').click();
  await tab.heading(`${HUB} | Devices`).waitFor();
}

// ---- security settings
async function policies() {
  await pane('policies', 'Shared access policies');
  await button('Add shared access policy').click();
  await dialog().getByRole('textbox', { name: 'Name' }).fill('reader');
  await dialog().getByRole('checkbox', { name: 'Registry read' }).check();
  await within('Add').click();
  await button('Open reader').click();
  await dialog().getByRole('checkbox', { name: 'Service connect' }).check();
  await within('Save permissions').click();
  await tab.sees('Saved; both regions have it.');
  await within('Show Primary key').click();
  const key = dialog().locator('[aria-label="Primary key"]');
  const before = await key.textContent();
  await tab.look('policy');
  await within('Regenerate primary key').click();
  await within('Regenerate').click();
  await page.waitForFunction(
    (text) => document.querySelector('[aria-label="Primary key"]')?.textContent !== text, before);
  await within('Delete policy').click();
  await within('Delete').click();
  await gone(button('Open reader'));
}

function openssl(dir, ...words) {
  execFileSync('openssl', words, { cwd: dir, stdio: 'pipe' });
}

async function certificates() {
  const dir = mkdtempSync(join(tmpdir(), 'portal-ca-'));
  try {
    openssl(dir, 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '20', '-subj',
      '/CN=Portal test CA', '-keyout', 'ca.key', '-out', 'ca.pem');
    await pane('certificates', 'Certificates');
    await button('Add').click();
    await dialog().getByRole('textbox', { name: 'Name' }).fill('root');
    await dialog().locator('input[type=file]').setInputFiles(join(dir, 'ca.key'));
    await tab.sees('The file holds a private key.');
    await dialog().locator('input[type=file]').setInputFiles(join(dir, 'ca.pem'));
    await within('Add').click();
    await tab.sees('Certificates run out.');
    await button('Open root').click();
    await within('Generate verification code').click();
    const code = dialog().locator('[aria-label="Verification code"] span').first();
    await code.waitFor();
    await tab.look('certificate-unverified');
    const name = (await code.textContent()).trim();
    openssl(dir, 'req', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`, '-keyout',
      'proof.key', '-out', 'proof.csr');
    openssl(dir, 'x509', '-req', '-in', 'proof.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key',
      '-CAcreateserial', '-days', '2', '-out', 'proof.pem');
    await dialog().locator('input[type=file]').setInputFiles(join(dir, 'proof.pem'));
    await within('Verify').click();
    await dialog().getByText('Verified', { exact: true }).waitFor();
    await tab.look('certificate-verified');
    await within('Delete certificate').click();
    await within('Delete').click();
    await tab.sees('No certificates');
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function networking() {
  await pane('networking', 'Networking');
  await page.getByRole('radio', { name: 'Selected IP ranges' }).check();
  await button('Add a range').click();
  await tab.field('Name of rule 1').fill('this machine');
  await tab.field('Address range of rule 1').fill('127.0.0.1/8');
  await tab.sees(/The range that contains it is 127\.0\.0\.0\/8/);
  check(await button('Save').isDisabled(), 'no rule saved that is not valid');
  await tab.field('Address range of rule 1').fill('127.0.0.0/8');
  await tab.field('Try an address, such as your own').fill('198.51.100.7');
  await tab.sees(/198\.51\.100\.7 would be locked out/);
  await tab.look('networking-rules');
  await button('Save').click();
  await tab.sees('Saved; both regions have it.');
  await page.reload();
  await page.getByRole('radio', { name: 'All networks' }).check();
  await button('Save').click();
  await tab.sees('Saved; both regions have it.');
}

// ---- hub settings
async function routing() {
  await pane('routing', 'Message routing');
  await button('Add route').first().click();
  await dialog().getByRole('textbox', { name: 'Name' }).fill('alarms');
  await dialog().getByRole('textbox', { name: 'Condition' }).fill("level = 'high'");
  await tab.look('route-add');
  await within('Add').click();
  await button('Test alarms').click();
  await dialog().getByRole('textbox', { name: 'Application properties' }).fill('{"level": "high"}');
  await within('Test').click();
  await tab.sees("The message takes the route 'alarms'.");
  await dialog().getByRole('textbox', { name: 'Application properties' }).fill('{"level": "low"}');
  await within('Test').click();
  await tab.sees("The message does not take the route 'alarms'.");
  await tab.look('route-test');
  await within('Close').last().click();
  await page.getByRole('switch', { name: 'Route alarms is enabled' }).uncheck();
  await page.waitForFunction(() =>
    !document.querySelector('[aria-label="Route alarms is enabled"]').disabled);
  await button('Delete alarms').click();
  await within('Delete').click();
  await tab.sees('No routes');
}

async function tags() {
  await pane('properties', 'Properties');
  await button('Add a tag').click();
  await tab.field('Name').fill('site');
  await tab.field('Value').fill('plant 7');
  await button('Save tags').click();
  await tab.sees(/^Saved\.$/);
  await tab.sees('"site": "plant 7"');
  await tab.look('properties-tags');
}

async function metrics() {
  await pane('metrics', 'Quotas and metrics');
  await tab.sees('Messages today (UTC)');
  await page.getByRole('img', { name: /^Devices|^Connected devices/ }).first().waitFor();
  await page.getByRole('button', { name: 'Connected devices as table' }).click();
  await page.getByRole('table', { name: 'Connected devices' }).waitFor();
  await tab.look('metrics-table');
}

async function jobs() {
  await pane('jobs', 'Import and export');
  await button('Export devices').first().click();
  const uri = dialog().getByRole('textbox', { name: 'Container to write to' });
  await uri.fill('https://blobs.invalid/devices');
  await tab.sees('The URI has no shared access signature (sig=...).');
  check(await within('Start').isDisabled(), 'no export without a signature');
  await tab.look('export');
  await within('Cancel').click();
}

async function forcedFailover() {
  await pane('failover', 'Failover');
  await tab.field('Minutes between failovers').fill('0');
  await tab.field('Minutes between failovers').press('Tab');
  await button('Save').click();
  await tab.sees('Saved; both regions have it.');
  await button('Runbook').click();
  await tab.look('failover-runbook');
  await page.keyboard.press('Escape');
  await button('Force failover').first().click();
  await tab.sees('A planned failover is possible now and loses nothing.');
  await dialog().getByRole('textbox', { name: 'IoT hub name' }).fill(HUB.toUpperCase());
  check(await within('Force failover').isDisabled(), 'no failover under another name');
  await dialog().getByRole('textbox', { name: 'IoT hub name' }).fill(HUB);
  await tab.look('failover-forced-confirm');
  await within('Force failover').click();
  await tab.sees('Manual failover in progress');
  await tab.shot('failover-forced-running');
  await page.reload();
  await tab.sees('Failover complete');
  await page.getByRole('region', { name: 'Current location' }).getByText('West Central US').waitFor();
  await page.getByRole('button', { name: 'Report' }).first().click();
  await page.getByRole('heading', { name: 'By partition' }).waitFor();
  await tab.look('failover-report');
  await page.keyboard.press('Escape');
  await tab.drawer('Failover report').waitFor({ state: 'hidden' });
  await tab.look('failover-history');
}

async function deletion() {
  await pane('properties', 'Properties');
  await button('Delete hub').click();
  const typed = dialog().getByRole('textbox', { name: 'Enter the name of the hub to confirm' });
  await typed.fill('yes');
  check(await within('Delete').isDisabled(), 'no hub deleted without its name');
  await typed.fill(HUB);
  await tab.look('hub-delete-properties');
  await within('Delete').click();
  await tab.heading('IoT hubs').waitFor();
  await gone(page.locator(`a[href$="/hubs/${HUB}"]`));
}

await tab.signIn();
const all = [devices, twins, telemetry, deviceEnds, policies, certificates, networking, routing,
  tags, metrics, jobs, forcedFailover, deletion];
const wanted = process.argv.slice(2);
for (const one of wanted.length > 0 ? all.filter((f) => wanted.includes(f.name)) : all) {
  try {
    await one();
  } catch (error) {
    await tab.shot(`failed-${one.name}`);
    throw error;
  }
  console.log('ok:', one.name);
}
await tab.close();
