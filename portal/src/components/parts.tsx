// Small pieces that every page uses: headers, commands, essentials, states, times.
import {
  Breadcrumb, BreadcrumbButton, BreadcrumbDivider, BreadcrumbItem, Button, Link, MessageBar,
  MessageBarActions, MessageBarBody, MessageBarTitle, Spinner, Toolbar, ToolbarButton,
  ToolbarDivider, Tooltip, makeStyles, mergeClasses, tokens,
} from '@fluentui/react-components';
import { Fragment, useEffect, useRef, useState, type ReactElement, type ReactNode } from 'react';
import { Link as RouterLink, useNavigate } from 'react-router';

import { ApiError, describeError } from '../api/client';
import type { Query } from '../api/useQuery';
import { duration, remaining, timeText } from './format';
import {
  CheckmarkCircleFilled, CheckmarkRegular, CircleRegular, CopyRegular, DismissCircleFilled,
  EyeOffRegular, EyeRegular, WarningFilled,
} from './icons';
import type { Tone } from './state';

const useStyles = makeStyles({
  header: { padding: '12px 24px 4px', '@media (max-width: 640px)': { padding: '8px 12px 4px' } },
  titleRow: { display: 'flex', alignItems: 'center', gap: '12px', flexWrap: 'wrap' },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
    outlineStyle: 'none',
    overflowWrap: 'anywhere',
  },
  subtitle: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  crumbs: {
    marginLeft: '-8px',
    '& ol': { flexWrap: 'wrap' },
    '& .fui-BreadcrumbButton': {
      height: 'auto', minWidth: 0, whiteSpace: 'normal', textAlign: 'left', overflowWrap: 'anywhere',
    },
  },
  commands: {
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    padding: '2px 16px',
    flexWrap: 'wrap',
    '& button': { fontWeight: tokens.fontWeightRegular },
    '@media (max-width: 640px)': {
      padding: '2px 4px', '& .fui-Divider': { display: 'none' },
    },
  },
  body: {
    padding: '16px 24px 32px',
    display: 'flex',
    flexDirection: 'column',
    gap: '16px',
    minWidth: 0,
    '@media (max-width: 640px)': { padding: '12px' },
  },
  section: { display: 'flex', flexDirection: 'column', gap: '8px', minWidth: 0 },
  sectionTitle: {
    margin: 0,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
  },
  essentials: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(340px, 100%), 1fr))',
    columnGap: '32px',
    rowGap: '6px',
    margin: 0,
  },
  essential: { display: 'grid', gridTemplateColumns: '140px 1fr', gap: '8px', minWidth: 0 },
  term: { color: tokens.colorNeutralForeground2 },
  value: { margin: 0, overflowWrap: 'anywhere', minWidth: 0 },
  tag: {
    padding: '1px 6px', borderRadius: tokens.borderRadiusMedium, overflowWrap: 'anywhere',
    fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2,
    backgroundColor: tokens.colorNeutralBackground4,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  copy: {
    display: 'flex', alignItems: 'center', gap: '2px', minWidth: 0, maxWidth: '100%',
  },
  copyLabel: {
    color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200, marginBottom: '2px',
  },
  copyValue: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: 'anywhere',
    backgroundColor: tokens.colorNeutralBackground3,
    padding: '4px 8px',
    borderRadius: tokens.borderRadiusMedium,
    flexGrow: 1,
    minWidth: 0,
  },
  empty: {
    display: 'flex', flexDirection: 'column', alignItems: 'center', gap: '8px', textAlign: 'center',
    padding: '32px 16px', color: tokens.colorNeutralForeground2,
  },
  emptyIcon: { fontSize: '40px', lineHeight: 0 },
  state: {
    display: 'inline-flex', alignItems: 'flex-start', gap: '6px', minWidth: 0, verticalAlign: 'top',
    overflowWrap: 'break-word', // in a narrow column words stay whole
  },
  good: { color: tokens.colorStatusSuccessForeground1 },
  warn: { color: tokens.colorStatusWarningForeground1 },
  bad: { color: tokens.colorStatusDangerForeground1 },
  busy: { color: tokens.colorBrandForeground1 },
  idle: { color: tokens.colorNeutralForeground3 },
  icon: {
    fontSize: '16px', display: 'inline-flex', alignItems: 'center', flexShrink: 0, width: '16px',
    height: tokens.lineHeightBase300,
  },
  steps: { listStyleType: 'none', margin: 0, padding: 0 },
  step: {
    display: 'grid', gridTemplateColumns: '24px 1fr auto', gap: '8px', padding: '6px 0',
    alignItems: 'center', borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  stepTime: {
    color: tokens.colorNeutralForeground2,
    fontVariantNumeric: 'tabular-nums',
    '@media (max-width: 640px)': { gridColumn: '2', fontSize: tokens.fontSizeBase200 },
  },
  barBody: { paddingTop: '6px', paddingBottom: '6px' },
  utc: { color: tokens.colorNeutralForeground2, whiteSpace: 'nowrap' },
  tabular: { fontVariantNumeric: 'tabular-nums' },
});

// ---- page
export interface Crumb {
  text: string;
  to?: string;
}

/** The header of a page. Gives the page its title, and takes the focus when the page opens. */
export function BladeHeader(props: {
  title: string;
  subtitle?: string;
  crumbs?: Crumb[];
  badge?: ReactNode;
}) {
  const styles = useStyles();
  const navigate = useNavigate();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${props.title} - Tandem`;
    heading.current?.focus({ preventScroll: true });
  }, [props.title]);
  return (
    <div className={styles.header}>
      {props.crumbs && props.crumbs.length > 0 && (
        <Breadcrumb size="small" aria-label="Breadcrumb" className={styles.crumbs}>
          {props.crumbs.map((crumb) => (
            <Fragment key={crumb.text}>
              <BreadcrumbItem>
                <BreadcrumbButton
                  href={crumb.to ? `/portal${crumb.to}` : undefined}
                  onClick={(event) => {
                    if (!crumb.to || event.ctrlKey || event.metaKey) return;
                    event.preventDefault();
                    void navigate(crumb.to);
                  }}
                >
                  {crumb.text}
                </BreadcrumbButton>
              </BreadcrumbItem>
              <BreadcrumbDivider />
            </Fragment>
          ))}
        </Breadcrumb>
      )}
      <div className={styles.titleRow}>
        <h1 className={styles.title} ref={heading} tabIndex={-1}>
          {props.title}
        </h1>
        {props.badge}
      </div>
      {props.subtitle && <div className={styles.subtitle}>{props.subtitle}</div>}
    </div>
  );
}

export interface Command {
  key: string;
  text: string;
  icon?: ReactElement;
  onClick: () => void;
  disabled?: boolean;
  why?: string; // shown, and read out, while disabled
  divider?: boolean; // before it
  primary?: boolean;
}

export function CommandBar({ commands, label = 'Commands' }: { commands: Command[]; label?: string }) {
  const styles = useStyles();
  return (
    <Toolbar aria-label={label} className={styles.commands} size="small">
      {commands.map((command) => {
        const button = (
          <ToolbarButton
            icon={command.icon}
            onClick={command.disabled ? undefined : command.onClick}
            disabled={command.disabled && !command.why}
            disabledFocusable={command.disabled && !!command.why}
            appearance={command.primary ? 'primary' : undefined}
          >
            {command.text}
          </ToolbarButton>
        );
        return (
          <Fragment key={command.key}>
            {command.divider && <ToolbarDivider />}
            {command.disabled && command.why ? (
              <Tooltip content={command.why} relationship="description">
                {button}
              </Tooltip>
            ) : (
              button
            )}
          </Fragment>
        );
      })}
    </Toolbar>
  );
}

export function PageBody({ children }: { children: ReactNode }) {
  return <div className={useStyles().body}>{children}</div>;
}

export function Section(props: { title: string; actions?: ReactNode; children: ReactNode }) {
  const styles = useStyles();
  return (
    <section className={styles.section} aria-label={props.title}>
      <div className={styles.titleRow}>
        <h2 className={styles.sectionTitle}>{props.title}</h2>
        {props.actions}
      </div>
      {props.children}
    </section>
  );
}

/** A link within the portal. */
export function To({ to, children }: { to: string; children: ReactNode }) {
  return (
    <RouterLink to={to} style={{ color: tokens.colorBrandForegroundLink }}>
      {children}
    </RouterLink>
  );
}

// ---- facts
export interface Fact {
  label: string;
  value: ReactNode;
}

export function Essentials({ facts }: { facts: Fact[] }) {
  const styles = useStyles();
  return (
    <dl className={styles.essentials}>
      {facts.map((fact) => (
        <div key={fact.label} className={styles.essential}>
          <dt className={styles.term}>{fact.label}</dt>
          <dd className={styles.value}>{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}

const toneIcons: Record<Tone, ReactElement> = {
  good: <CheckmarkCircleFilled />,
  warn: <WarningFilled />,
  bad: <DismissCircleFilled />,
  busy: <Spinner size="extra-tiny" />,
  idle: <CircleRegular />,
};

/** A state word with its sign: never by colour alone. */
export function StateText({ tone, children }: { tone: Tone; children: ReactNode }) {
  const styles = useStyles();
  return (
    <span className={styles.state}>
      <span className={mergeClasses(styles.icon, styles[tone])} aria-hidden>
        {toneIcons[tone]}
      </span>
      <span>{children}</span>
    </span>
  );
}

export function Tag({ children }: { children: ReactNode }) {
  return <span className={useStyles().tag}>{children}</span>;
}

async function toClipboard(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <Tooltip content={copied ? 'Copied' : `Copy ${label}`} relationship="label">
      <Button
        size="small"
        appearance="subtle"
        icon={copied ? <CheckmarkRegular /> : <CopyRegular />}
        onClick={() => {
          void toClipboard(text).then(() => {
            setCopied(true);
            setTimeout(() => setCopied(false), 2000);
          });
        }}
      />
    </Tooltip>
  );
}

/** A value to copy; a secret is hidden until asked for. */
export function CopyField(props: { label: string; value: string; secret?: boolean }) {
  const styles = useStyles();
  const [shown, setShown] = useState(!props.secret);
  return (
    <div role="group" aria-label={props.label}>
      <div className={styles.copyLabel}>{props.label}</div>
      <div className={styles.copy}>
        <span className={styles.copyValue}>
          {shown ? props.value : '•'.repeat(24)}
        </span>
        {props.secret && (
          <Tooltip content={shown ? `Hide ${props.label}` : `Show ${props.label}`} relationship="label">
            <Button
              size="small"
              appearance="subtle"
              icon={shown ? <EyeOffRegular /> : <EyeRegular />}
              onClick={() => setShown(!shown)}
            />
          </Tooltip>
        )}
        <CopyButton text={props.value} label={props.label} />
      </div>
    </div>
  );
}

// ---- times
export function Time({ at }: { at: string | Date | null | undefined }) {
  const styles = useStyles();
  if (!at) return <span>–</span>;
  const date = typeof at === 'string' ? new Date(at) : at;
  if (Number.isNaN(date.getTime())) return <span>{String(at)}</span>;
  const text = timeText(date);
  return (
    <time dateTime={date.toISOString()} className={styles.tabular}>
      {`${text.local} UTC` === text.utc ? (
        text.utc
      ) : (
        <>
          {text.local} <span className={styles.utc}>({text.utc})</span>
        </>
      )}
    </time>
  );
}

export function useNow(every = 1000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

/** Counts down to `until`; calls onEnd once when it has come. */
export function Countdown({ until, onEnd }: { until: string | Date; onEnd?: () => void }) {
  const now = useNow();
  const end = new Date(until).getTime();
  const over = now >= end;
  const told = useRef(false);
  useEffect(() => {
    if (over && !told.current) {
      told.current = true;
      onEnd?.();
    }
  }, [over, onEnd]);
  return (
    <span role="timer" style={{ fontVariantNumeric: 'tabular-nums' }}>
      {remaining((end - now) / 1000)}
    </span>
  );
}

// ---- progress
export interface ProgressStep {
  name: string;
  state: 'done' | 'running' | 'waiting' | 'failed';
  at?: string | null;
  seconds?: number; // since the start
  note?: ReactNode;
}

const stepTones: Record<ProgressStep['state'], Tone> = {
  done: 'good', running: 'busy', waiting: 'idle', failed: 'bad',
};

export function ProgressSteps({ steps, label }: { steps: ProgressStep[]; label: string }) {
  const styles = useStyles();
  return (
    <ol className={styles.steps} aria-label={label} aria-live="polite">
      {steps.map((step) => (
        <li key={step.name} className={styles.step}>
          <span className={mergeClasses(styles.icon, styles[stepTones[step.state]])} aria-hidden>
            {toneIcons[stepTones[step.state]]}
          </span>
          <span>
            {step.name}
            {step.note && <span className={styles.utc}> {step.note}</span>}
          </span>
          <span className={styles.stepTime}>
            {step.seconds !== undefined && <>+{duration(step.seconds)}</>}
            {step.seconds !== undefined && step.at && ' · '}
            {step.at && <Time at={step.at} />}
          </span>
        </li>
      ))}
    </ol>
  );
}

// ---- nothing, waiting, wrong
export function EmptyState(props: { title: string; icon?: ReactElement; children?: ReactNode }) {
  const styles = useStyles();
  return (
    <div className={styles.empty}>
      {props.icon && (
        <div className={styles.emptyIcon} aria-hidden>
          {props.icon}
        </div>
      )}
      <strong>{props.title}</strong>
      {props.children}
    </div>
  );
}

export function Loading({ label = 'Loading' }: { label?: string }) {
  return <Spinner label={label} labelPosition="after" size="small" style={{ padding: '32px' }} />;
}

/** What went wrong, with the code that the API gave, and a way to try again. */
export function ErrorBar(props: { error: unknown; title?: string; onRetry?: () => void }) {
  if (props.error === undefined || props.error === null) return null;
  const code = props.error instanceof ApiError ? props.error.code : '';
  const details = props.error instanceof ApiError ? props.error.details : [];
  return (
    <MessageBar intent="error" data-intent="error" layout="multiline" role="alert">
      <MessageBarBody>
        {props.title && <MessageBarTitle>{props.title}</MessageBarTitle>}
        {describeError(props.error)} {code && <>({code})</>}
        {details.map((detail) => (
          <div key={detail.message}>{detail.message}</div>
        ))}
      </MessageBarBody>
      {props.onRetry && (
        <MessageBarActions>
          <Button size="small" onClick={props.onRetry}>
            Try again
          </Button>
        </MessageBarActions>
      )}
    </MessageBar>
  );
}

/**
 * Why something could not be read. That the service is away the shell says on every page: it is
 * said here only where there is nothing else to show.
 */
export function QueryError({ of }: { of: Query<unknown> }) {
  if (of.data !== undefined && of.error instanceof ApiError && of.error.unreachable) return null;
  return <ErrorBar error={of.error} onRetry={() => void of.refresh()} />;
}

export function Banner(props: {
  intent: 'info' | 'warning' | 'success' | 'error';
  title?: string;
  children: ReactNode;
  actions?: ReactNode;
}) {
  const styles = useStyles();
  return (
    <MessageBar
      intent={props.intent}
      data-intent={props.intent}
      layout={props.actions ? 'auto' : 'multiline'}
      politeness="polite"
    >
      <MessageBarBody className={props.actions ? styles.barBody : undefined}>
        {props.title && <MessageBarTitle>{props.title}</MessageBarTitle>}
        {props.children}
      </MessageBarBody>
      {props.actions && <MessageBarActions>{props.actions}</MessageBarActions>}
    </MessageBar>
  );
}

export { Link };
