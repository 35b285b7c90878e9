// The wizard that creates an IoT hub: six tabs, then Create.
import {
  Button, Spinner, Tab as FluentTab, TabList, makeStyles, tokens,
} from '@fluentui/react-components';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useNavigate } from 'react-router';

import { checkHubName as askName, listGroups } from '../../api/control';
import { useQuery } from '../../api/useQuery';
import { WarningFilled } from '../../components/icons';
import { BladeHeader, ErrorBar } from '../../components/parts';
import { useShared, useSubscription } from '../../shell/context';
import Basics from './Basics';
import { AddOns, Management, Networking, Tags } from './OtherTabs';
import Review from './Review';
import { deploy } from './deployments';
import {
  checkHubName, emptyForm, fieldsOf, tabs, validate, wrongIn, type HubForm, type Tab,
} from './validation';

const NAME_CHECK_AFTER_MS = 400;

const useStyles = makeStyles({
  tabs: {
    padding: '0 12px', borderBottom: `1px solid ${tokens.colorNeutralStroke2}`, overflowX: 'auto',
  },
  body: {
    padding: '16px 24px', display: 'flex', flexDirection: 'column', gap: '16px', maxWidth: '720px',
    '@media (max-width: 640px)': { padding: '12px' },
  },
  foot: {
    position: 'sticky', bottom: 0, display: 'flex', gap: '8px', flexWrap: 'wrap',
    padding: '12px 24px', backgroundColor: tokens.colorNeutralBackground1,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    '@media (max-width: 640px)': { padding: '8px 12px' },
  },
  page: { display: 'flex', flexDirection: 'column', minHeight: '100%' },
  grow: { flexGrow: 1 },
  bad: { color: tokens.colorStatusDangerForeground1 },
});

/** What the service says about the name, asked once the user has stopped typing. */
function useNameCheck(subscription: string | undefined, name: string) {
  const [answer, setAnswer] = useState<{ name: string; taken: string | null } | null>(null);
  const wellFormed = checkHubName(name) === null;
  useEffect(() => {
    if (!subscription || !wellFormed) return;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      askName(subscription, name, controller.signal)
        .then((said) =>
          setAnswer({
            name,
            taken: said.nameAvailable ? null : (said.message ?? 'This name is not available.'),
          }),
        )
        .catch(() => undefined); // Create will say what is wrong
    }, NAME_CHECK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [subscription, name, wellFormed]);
  const mine = answer?.name === name && wellFormed ? answer : null;
  const state = !wellFormed ? 'idle' : !mine ? 'checking' : mine.taken ? 'taken' : 'free';
  return { state, taken: mine?.taken ?? null } as const;
}

export default function CreateHub() {
  const styles = useStyles();
  const navigate = useNavigate();
  const subscription = useSubscription();
  const { locations, status } = useShared();
  const id = subscription?.subscriptionId;
  const groups = useQuery(id ? `groups ${id}` : null, (signal) => listGroups(id!, signal));
  const [tab, setTab] = useState<Tab>('Basics');
  const [form, setForm] = useState<HubForm>(emptyForm);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const panel = useRef<HTMLDivElement>(null);
  const nameCheck = useNameCheck(id, form.name);
  const wrong = useMemo(() => validate(form, nameCheck.taken), [form, nameCheck.taken]);

  // The first of the regions that are really there is the likeliest choice.
  const first = status.data?.regions[0]?.name;
  useEffect(() => {
    if (first) setForm((now) => (now.region ? now : { ...now, region: first }));
  }, [first]);

  const change = (part: Partial<HubForm>) => {
    setForm((now) => ({ ...now, ...part }));
    setTouched((now) => new Set([...now, ...Object.keys(part)]));
    setError(undefined);
  };
  const open = (next: Tab) => {
    setTouched(
      (now) =>
        new Set([
          ...now,
          ...(next === 'Review + create' ? Object.values(fieldsOf).flat() : fieldsOf[tab]),
        ]),
    );
    setTab(next);
    panel.current?.focus({ preventScroll: true });
    panel.current?.scrollIntoView({ block: 'nearest' });
  };
  const create = async () => {
    if (!id) return;
    setBusy(true);
    setError(undefined);
    try {
      await deploy(id, form);
      void navigate(`/deployments/${encodeURIComponent(form.name)}`);
    } catch (failed) {
      setError(failed);
    } finally {
      setBusy(false);
    }
  };

  const index = tabs.indexOf(tab);
  const next = tabs[index + 1];
  const previous = tabs[index - 1];
  const checking = nameCheck.state === 'checking';
  const invalid = Object.keys(wrong).length > 0;
  const parts = { form, change, wrong, touched };
  const pages: Record<Tab, () => ReactNode> = {
    Basics: () => (
      <Basics
        {...parts}
        subscription={subscription}
        groups={groups.data ?? []}
        locations={locations.data ?? []}
        nameCheck={nameCheck.state}
      />
    ),
    Networking: () => <Networking {...parts} />,
    Management: () => <Management {...parts} />,
    'Add-ons': () => <AddOns {...parts} />,
    Tags: () => <Tags {...parts} />,
    'Review + create': () => (
      <Review
        form={form}
        wrong={wrong}
        checking={checking}
        subscription={subscription}
        locations={locations.data ?? []}
      />
    ),
  };
  return (
    <div className={styles.page}>
      <BladeHeader
        title="Create an IoT hub"
        crumbs={[{ text: 'Home', to: '/' }, { text: 'IoT hubs', to: '/hubs' }]}
      />
      <TabList
        className={styles.tabs}
        selectedValue={tab}
        onTabSelect={(_, data) => open(data.value as Tab)}
        aria-label="Steps"
      >
        {tabs.map((one) => {
          const shown = wrongIn(one, wrong) > 0 && fieldsOf[one].some((f) => touched.has(f) && wrong[f]);
          return (
            <FluentTab
              key={one}
              value={one}
              icon={shown ? <WarningFilled className={styles.bad} aria-label="has errors" /> : undefined}
            >
              {one}
            </FluentTab>
          );
        })}
      </TabList>
      <div className={styles.body} role="tabpanel" aria-label={tab} ref={panel} tabIndex={-1}>
        {pages[tab]()}
        <ErrorBar title="The hub could not be created." error={error} />
      </div>
      <div className={styles.grow} />
      <div className={styles.foot}>
        {next ? (
          <>
            <Button
              appearance={tab === 'Basics' ? 'primary' : undefined}
              onClick={() => open('Review + create')}
            >
              Review + create
            </Button>
            <Button disabled={!previous} onClick={() => previous && open(previous)}>
              Previous
            </Button>
            <Button onClick={() => open(next)}>Next: {next}</Button>
          </>
        ) : (
          <>
            <Button
              appearance="primary"
              disabled={invalid || checking || busy || !id}
              icon={busy ? <Spinner size="tiny" /> : undefined}
              onClick={() => void create()}
            >
              Create
            </Button>
            <Button disabled={busy} onClick={() => previous && open(previous)}>
              Previous
            </Button>
          </>
        )}
      </div>
    </div>
  );
}
