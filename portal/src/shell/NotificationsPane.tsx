// Long operations and how they ended.
import { Button, ProgressBar, makeStyles, tokens } from '@fluentui/react-components';
import { useEffect } from 'react';

import { SidePane } from '../components/SidePane';
import { duration } from '../components/format';
import { AlertRegular } from '../components/icons';
import { EmptyState, StateText, Time, To, useNow } from '../components/parts';
import { notifications, useNotifications, type Notification } from './notifications';

const useStyles = makeStyles({
  item: {
    display: 'flex', flexDirection: 'column', gap: '6px', paddingBottom: '12px',
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  small: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
});

function Item({ one, onClose }: { one: Notification; onClose: () => void }) {
  const styles = useStyles();
  const now = useNow();
  const tones = { running: 'busy', succeeded: 'good', failed: 'bad' } as const;
  const seconds = ((one.endedAt ?? now) - one.startedAt) / 1000;
  return (
    <div className={styles.item}>
      <StateText tone={tones[one.status]}>
        {one.status === 'succeeded' ? one.done : one.title}
        {one.status === 'failed' && ': failed'}
      </StateText>
      {one.status === 'running' && (
        <ProgressBar
          aria-label={one.title}
          value={one.percent === undefined ? undefined : one.percent / 100}
        />
      )}
      {one.message && <div>{one.message}</div>}
      <div className={styles.small}>
        <Time at={new Date(one.startedAt)} />, {duration(seconds)}
      </div>
      {one.link && one.status !== 'failed' && (
        <div onClick={onClose}>
          <To to={one.link}>Open</To>
        </div>
      )}
    </div>
  );
}

export default function NotificationsPane(props: { open: boolean; onClose: () => void }) {
  const all = useNotifications();
  useEffect(() => {
    if (props.open) notifications.markSeen();
  }, [props.open, all]);
  return (
    <SidePane
      open={props.open}
      title="Notifications"
      onClose={props.onClose}
      footer={
        all.some((one) => one.status !== 'running') && (
          <Button onClick={notifications.dismissEnded}>Dismiss all that have ended</Button>
        )
      }
    >
      {all.length === 0 && (
        <EmptyState title="No notifications" icon={<AlertRegular />}>
          Long operations that you begin are shown here.
        </EmptyState>
      )}
      {all.map((one) => (
        <Item key={one.id} one={one} onClose={props.onClose} />
      ))}
    </SidePane>
  );
}
