// On every page: what is broken now. A lost region, a management service that does not answer.
import { makeStyles } from '@fluentui/react-components';

import { Banner, Time, To } from '../components/parts';
import { plural } from '../components/format';
import { health, lostRegions } from '../components/state';
import { useStatus } from './context';

const useStyles = makeStyles({
  all: { display: 'flex', flexDirection: 'column', gap: '4px', padding: '8px 16px 0' },
});

export function PlatformBanner() {
  const styles = useStyles();
  const { data, error } = useStatus();
  const lost = data ? lostRegions(data) : [];
  if (!error && lost.length === 0) return null;
  const now = data ? health(data) : null;
  return (
    <div className={styles.all}>
      {error !== undefined && (
        <Banner intent="error" title="The management service does not answer.">
          What is shown may be out of date{data && <>: it was read at <Time at={data.time} /></>}.
          Hubs go on serving without it.
        </Banner>
      )}
      {lost.map((region) => (
        <Banner
          key={region.name}
          intent="error"
          title={`Region ${region.displayName} is unreachable.`}
          actions={<To to="/regions">Regions</To>}
        >
          {now && now.unavailable > 0
            ? `${plural(now.unavailable, 'hub')} unavailable, ${now.unprotected} unprotected.`
            : `No hub is unavailable; ${now?.unprotected ?? 0} unprotected.`}
        </Banner>
      ))}
    </div>
  );
}
