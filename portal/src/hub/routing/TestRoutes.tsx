// Would this message take that route? Asked of the hub itself, with a sample message.
import {
  Button,
  Field,
  Input,
  Spinner,
  Textarea,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useState } from 'react';

import type { Route } from '../../api/types';
import { Choice } from '../../components/fields';
import { Banner, ErrorBar } from '../../components/parts';
import { SidePane } from '../../components/SidePane';
import { isObject, parseJson } from '../logic/jsonText';
import { sources } from '../logic/routing';
import { useAction } from '../../components/useAction';
import { testAllRoutes, testRoute, type SampleMessage } from '../requests';

const useStyles = makeStyles({
  stack: { display: 'flex', flexDirection: 'column', gap: '16px' },
  mono: {
    '& textarea': { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
  },
});

const ALL = '$all';

function readProperties(text: string): Record<string, string> | string {
  if (text.trim() === '') return {};
  const parsed = parseJson(text);
  if (parsed.fault) return `Line ${parsed.fault.line}: ${parsed.fault.message}`;
  if (!isObject(parsed.value)) return 'Write an object of texts, such as {"level": "high"}.';
  const entries = Object.entries(parsed.value);
  const wrong = entries.find(([, value]) => typeof value !== 'string');
  if (wrong) return `"${wrong[0]}" must be a text.`;
  return Object.fromEntries(entries) as Record<string, string>;
}

interface Verdict {
  intent: 'success' | 'info' | 'error';
  title: string;
  lines: string[];
}

async function ask(
  id: string,
  routes: Route[],
  chosen: string,
  source: string,
  message: SampleMessage,
): Promise<Verdict> {
  const route = routes.find((one) => one.name === chosen);
  if (route) {
    const answer = await testRoute(id, message, route);
    const faults = (answer.details?.compilationErrors ?? []).map((one) => {
      const at = one.location?.start;
      return `${one.message}${at ? ` (line ${at.line}, column ${at.column})` : ''}`;
    });
    const result = answer.result.toLowerCase();
    if (faults.length > 0)
      return { intent: 'error', title: 'The condition is not valid.', lines: faults };
    if (result === 'undefined')
      return {
        intent: 'info',
        title: `The message does not take the route '${chosen}'.`,
        lines: ['The condition is undefined for it: the message lacks something that it names.'],
      };
    return result === 'true'
      ? { intent: 'success', title: `The message takes the route '${chosen}'.`, lines: [] }
      : { intent: 'info', title: `The message does not take the route '${chosen}'.`, lines: [] };
  }
  const answer = await testAllRoutes(id, message, source);
  const names = (answer.routes ?? []).map((one) => one.properties?.name ?? '');
  return names.length > 0
    ? { intent: 'success', title: 'The message takes these routes:', lines: names }
    : { intent: 'info', title: 'The message takes no route.', lines: [] };
}

export function TestRoutes(props: {
  id: string;
  routes: Route[];
  chosen: string | null;
  onClose: () => void;
}) {
  const styles = useStyles();
  const [chosen, setChosen] = useState(props.chosen ?? ALL);
  const [source, setSource] = useState('DeviceMessages');
  const [body, setBody] = useState('{\n  "temperature": 21.5\n}');
  const [app, setApp] = useState('{}');
  const [contentType, setContentType] = useState('application/json');
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const action = useAction();
  const properties = readProperties(app);
  const run = () =>
    action.run(async () => {
      setVerdict(null);
      const message: SampleMessage = {
        body,
        appProperties: typeof properties === 'string' ? {} : properties,
        systemProperties: contentType ? { contentType, contentEncoding: 'utf-8' } : {},
      };
      setVerdict(await ask(props.id, props.routes, chosen, source, message));
    });
  return (
    <SidePane
      open
      title="Test routes"
      onClose={props.onClose}
      footer={
        <>
          <Button
            appearance="primary"
            disabled={typeof properties === 'string' || action.busy}
            icon={action.busy ? <Spinner size="tiny" /> : undefined}
            onClick={() => void run()}
          >
            Test
          </Button>
          <Button onClick={props.onClose}>Close</Button>
        </>
      }
    >
      <div className={styles.stack}>
        <Choice
          label="Route"
          value={chosen}
          options={[
            [ALL, 'All routes'],
            ...props.routes.map((one) => [one.name, one.name] as const),
          ]}
          onChange={setChosen}
        />
        {chosen === ALL && (
          <Choice label="Source" value={source} options={sources} onChange={setSource} />
        )}
        <Field label="Body">
          <Textarea
            className={styles.mono}
            value={body}
            onChange={(_, data) => setBody(data.value)}
            rows={6}
            spellCheck={false}
          />
        </Field>
        <Field
          label="Application properties"
          validationMessage={typeof properties === 'string' ? properties : null}
        >
          <Textarea
            className={styles.mono}
            value={app}
            onChange={(_, data) => setApp(data.value)}
            rows={3}
            spellCheck={false}
          />
        </Field>
        <Field label="Content type" hint="Conditions on the body need application/json.">
          <Input value={contentType} onChange={(_, data) => setContentType(data.value.trim())} />
        </Field>
        <ErrorBar error={action.error} />
        {verdict && (
          <Banner intent={verdict.intent} title={verdict.title}>
            {verdict.lines.map((line) => (
              <div key={line}>{line}</div>
            ))}
          </Banner>
        )}
      </div>
    </SidePane>
  );
}
