// Operations on this hub, the newest first.
import { listOperations } from '../api/control';
import { useQuery } from '../api/useQuery';
import { OperationsTable } from '../components/OperationsTable';
import { ArrowClockwiseRegular, ClipboardTaskListLtrRegular } from '../components/icons';
import { CommandBar, EmptyState, ErrorBar, Loading, PageBody } from '../components/parts';
import { HubHeader } from './HubHeader';
import { useHub } from './context';

export default function HubActivity() {
  const hub = useHub();
  const operations = useQuery('operations', listOperations, { every: 3000 });
  const shown = (operations.data ?? []).filter(
    (one) => one.hub.toLowerCase() === hub.name.toLowerCase(),
  );
  return (
    <>
      <HubHeader pane="Activity" />
      <CommandBar
        commands={[
          { key: 'refresh', text: 'Refresh', icon: <ArrowClockwiseRegular />,
            onClick: () => void operations.refresh() },
        ]}
      />
      <PageBody>
        <ErrorBar error={operations.error} onRetry={() => void operations.refresh()} />
        {operations.loading && <Loading />}
        {operations.data && shown.length === 0 && (
          <EmptyState
            title="No operation on this hub is remembered."
            icon={<ClipboardTaskListLtrRegular />}
          />
        )}
        {shown.length > 0 && <OperationsTable label="Operations" rows={shown} hub />}
      </PageBody>
    </>
  );
}
