// Creating a hub, step by step; it goes on wherever the user goes in the portal meanwhile.
import { useSyncExternalStore } from 'react';

import { call } from '../../api/client';
import { getMe, hubPath, putGroup, putHub } from '../../api/control';
import { describeError } from '../../api/errors';
import type { ProgressStep } from '../../components/parts';
import { track } from '../../shell/notifications';
import { hubBody, type HubForm } from './validation';

const DATA_CONTRIBUTOR = '4fc6c259-987e-4a07-842e-c321cc9d413f'; // IoT Hub Data Contributor
const ROLES_API = 'api-version=2022-04-01';

export interface Deployment {
  hub: string;
  group: string;
  startedAt: string;
  state: 'running' | 'succeeded' | 'failed';
  steps: ProgressStep[];
  error?: unknown;
}

let all: Record<string, Deployment> = {};
const listeners = new Set<() => void>();

function publish(deployment: Deployment): void {
  all = { ...all, [deployment.hub]: deployment };
  for (const listener of listeners) listener();
}

export function useDeployment(hub: string): Deployment | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => all[hub],
  );
}

async function assignMe(hubId: string): Promise<void> {
  const me = await getMe();
  const role = `${hubId.split('/resourceGroups/')[0]}/providers/Microsoft.Authorization/roleDefinitions/${DATA_CONTRIBUTOR}`;
  const name = crypto.randomUUID();
  await call('PUT', `${hubId}/providers/Microsoft.Authorization/roleAssignments/${name}?${ROLES_API}`, {
    body: { properties: { roleDefinitionId: role, principalId: me.id } },
  });
}

/** Runs the steps of `form`; returns once the service has taken the hub, or throws its refusal. */
export async function deploy(subscription: string, form: HubForm): Promise<void> {
  const id = hubPath(subscription, form.group, form.name);
  const names = {
    group: `Create resource group '${form.group}'`,
    submit: 'Submit the IoT hub',
    activate: 'Place it in its regions and activate it',
    assign: 'Assign me IoT Hub Data Contributor',
  };
  const steps: ProgressStep[] = [
    ...(form.groupIsNew ? [names.group] : []),
    names.submit,
    names.activate,
    ...(form.assignMe ? [names.assign] : []),
  ].map((name) => ({ name, state: 'waiting' }));
  let deployment: Deployment = {
    hub: form.name, group: form.group, startedAt: new Date().toISOString(), state: 'running', steps,
  };
  const change = (part: Partial<Deployment>) => publish((deployment = { ...deployment, ...part }));
  const mark = (name: string, state: ProgressStep['state'], note?: string) =>
    change({
      steps: deployment.steps.map((step) =>
        step.name === name
          ? { ...step, state, note, at: state === 'done' ? new Date().toISOString() : step.at }
          : step,
      ),
    });

  if (form.groupIsNew) {
    mark(names.group, 'running');
    await putGroup(subscription, form.group, { location: form.region });
    mark(names.group, 'done');
  }
  mark(names.submit, 'running');
  const tracked = await track({
    title: `Creating IoT hub '${form.name}'`,
    done: `Created IoT hub '${form.name}'`,
    link: `/hubs/${encodeURIComponent(form.name)}`,
    start: () => putHub(id, hubBody(form)),
  });
  mark(names.submit, 'done');
  mark(names.activate, 'running');
  void tracked.finished.then(async (good) => {
    mark(names.activate, good ? 'done' : 'failed');
    if (!good)
      return change({
        state: 'failed',
        error: new Error('The hub could not be activated. Notifications say why.'),
      });
    if (form.assignMe) {
      mark(names.assign, 'running');
      try {
        await assignMe(id);
        mark(names.assign, 'done');
      } catch (error) {
        // The hub is there all the same; what is missing is said, and can be done later.
        mark(names.assign, 'failed', describeError(error));
      }
    }
    change({ state: 'succeeded' });
  });
}
