// A route to add or to change.
import { Field, Switch, Textarea } from '@fluentui/react-components';
import { useState } from 'react';

import type { Route } from '../../api/types';
import { Choice, NameField } from '../../components/fields';
import { routeError, sourceOf, sources } from '../logic/routing';
import { FormPane } from '../../components/FormPane';

const fresh: Route = {
  name: '',
  source: 'DeviceMessages',
  condition: 'true',
  endpointNames: ['events'],
  isEnabled: true,
};

export function RouteForm(props: {
  route: Route | null; // null: a new one
  routes: Route[];
  endpoints: string[];
  onSave: (route: Route) => Promise<unknown>;
  onClose: () => void;
}) {
  const [route, setRoute] = useState<Route>(props.route ?? fresh);
  const change = (part: Partial<Route>) => setRoute({ ...route, ...part });
  const others = props.routes.map((one) => one.name).filter((name) => name !== props.route?.name);
  const error = routeError(route, others, props.endpoints);
  return (
    <FormPane
      open
      title={props.route ? `Route ${props.route.name}` : 'Add a route'}
      submit={props.route ? 'Save' : 'Add'}
      ready={!error}
      onClose={props.onClose}
      onSubmit={() => props.onSave(route)}
    >
      <NameField
        value={route.name}
        onChange={(name) => change({ name })}
        error={error}
        disabled={props.route !== null}
      />
      <Choice
        label="Source"
        required
        value={sourceOf(route.source)}
        options={sources}
        onChange={(source) => change({ source })}
      />
      <Choice
        label="Endpoint"
        required
        value={route.endpointNames[0] ?? ''}
        options={props.endpoints.map((name) => [name, name] as const)}
        onChange={(name) => change({ endpointNames: [name] })}
      />
      <Field label="Condition" hint="A query such as level = 'high' or $body.temperature > 30">
        <Textarea
          value={route.condition ?? ''}
          onChange={(_, data) => change({ condition: data.value })}
          rows={4}
          spellCheck={false}
        />
      </Field>
      <Switch
        label="Enabled"
        checked={route.isEnabled}
        onChange={(_, data) => change({ isEnabled: data.checked })}
      />
    </FormPane>
  );
}
