// Activity: every operation that control remembers, the newest first.
import { Input } from '@fluentui/react-components';
import { useState } from 'react';

import { listOperations } from '../api/control';
import { useQuery } from '../api/useQuery';
import { OperationsTable, operationTitle } from '../components/OperationsTable';
import { plural } from '../components/format';
import {
  ArrowClockwiseRegular, ClipboardTaskListLtrRegular, SearchRegular,
} from '../components/icons';
import {
  BladeHeader, CommandBar, EmptyState, ErrorBar, Loading, PageBody,
} from '../components/parts';

export default function Activity() {
  const operations = useQuery('operations', listOperations, { every: 3000 });
  const [filter, setFilter] = useState('');
  const wanted = filter.trim().toLowerCase();
  const shown = (operations.data ?? []).filter((one) =>
    `${operationTitle(one)} ${one.hub} ${one.group} ${one.region} ${one.status}`
      .toLowerCase()
      .includes(wanted),
  );
  return (
    <>
      <BladeHeader
        title="Activity"
        subtitle="Operations of the last 24 hours; failovers are kept longer."
        crumbs={[{ text: 'Home', to: '/' }]}
      />
      <CommandBar
        commands={[
          { key: 'refresh', text: 'Refresh', icon: <ArrowClockwiseRegular />,
            onClick: () => void operations.refresh() },
        ]}
      />
      <PageBody>
        <Input
          style={{ maxWidth: 320 }}
          aria-label="Filter by operation, resource or status"
          placeholder="Filter by operation, resource or status"
          contentBefore={<SearchRegular />}
          value={filter}
          onChange={(_, data) => setFilter(data.value)}
        />
        <ErrorBar error={operations.error} onRetry={() => void operations.refresh()} />
        {operations.loading && <Loading />}
        {operations.data && shown.length === 0 && (
          <EmptyState title="No operations." icon={<ClipboardTaskListLtrRegular />} />
        )}
        {shown.length > 0 && (
          <>
            <div role="status">{plural(shown.length, 'operation')}</div>
            <OperationsTable label="Operations" rows={shown} />
          </>
        )}
      </PageBody>
    </>
  );
}
