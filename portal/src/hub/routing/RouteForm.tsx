// A route to add or to change.
import { Dropdown, Field, Input, Option, Switch, Textarea } from '@fluentui/react-components';
import { useState } from 'react';

import type { Route } from '../../api/types';
import { routeError, sources, sourceTitle } from '../logic/routing';
import { FormPane } from '../parts/FormPane';

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
      <Field label="Name" required validationMessage={route.name ? error : null}>
        <Input
          value={route.name}
          disabled={props.route !== null}
          onChange={(_, data) => change({ name: data.value })}
          autoComplete="off"
          spellCheck={false}
        />
      </Field>
      <Field label="Source" required>
        <Dropdown
          value={sourceTitle(route.source)}
          selectedOptions={[route.source]}
          onOptionSelect={(_, data) => change({ source: data.optionValue ?? route.source })}
        >
          {sources.map((one) => (
            <Option key={one.value} value={one.value}>
              {one.title}
            </Option>
          ))}
        </Dropdown>
      </Field>
      <Field label="Endpoint" required>
        <Dropdown
          value={route.endpointNames[0] ?? ''}
          selectedOptions={route.endpointNames}
          onOptionSelect={(_, data) => change({ endpointNames: [data.optionValue ?? 'events'] })}
        >
          {props.endpoints.map((name) => (
            <Option key={name} value={name}>
              {name}
            </Option>
          ))}
        </Dropdown>
      </Field>
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
