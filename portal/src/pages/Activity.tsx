// Activity: every operation that control remembers, the newest first.
import { useState } from 'react';

import { listOperations } from '../api/control';
import { useQuery } from '../api/useQuery';
import { OperationsTable, operationTitle } from '../components/OperationsTable';
import { Filter } from '../components/fields';
import { plural } from '../components/format';
import { ClipboardTaskListLtrRegular } from '../components/icons';
import {
  BladeHeader, EmptyState, QueryError, Loading, 
} from '../components/parts';
import { Page } from '../components/Page';

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
      <Page
        header={
          <BladeHeader
            title="Activity"
            subtitle="Operations of the last 24 hours; failovers are kept longer."
            crumbs={[{ text: 'Home', to: '/' }]}
          />
        }
        onRefresh={() => operations.refresh()}
      >
        <Filter label="Filter by operation, resource or status" value={filter} onChange={setFilter} />
        <QueryError of={operations} />
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
      </Page>
    </>
  );
}
