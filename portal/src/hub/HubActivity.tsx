// Operations on this hub, the newest first.
import { listOperations } from '../api/control';
import { useQuery } from '../api/useQuery';
import { OperationsTable } from '../components/OperationsTable';
import { ClipboardTaskListLtrRegular } from '../components/icons';
import { EmptyState, } from '../components/parts';
import { HubPane } from './HubPane';
import { useHub } from './context';

export default function HubActivity() {
  const hub = useHub();
  const operations = useQuery('operations', listOperations, { every: 3000 });
  const shown = (operations.data ?? []).filter(
    (one) => one.hub.toLowerCase() === hub.name.toLowerCase(),
  );
  return (
    <>
      <HubPane
        title="Activity"
        of={operations}
      >
        {operations.data && shown.length === 0 && (
          <EmptyState
            title="No operation on this hub is remembered."
            icon={<ClipboardTaskListLtrRegular />}
          />
        )}
        {shown.length > 0 && <OperationsTable label="Operations" rows={shown} hub />}
      </HubPane>
    </>
  );
}
