// The frame that pages share: header, commands, what is waited for and what went wrong, content.
import type { ReactNode } from 'react';

import type { Query } from '../api/useQuery';
import { ArrowClockwiseRegular } from './icons';
import { CommandBar, Loading, PageBody, QueryError, type Command } from './parts';

export function Page(props: {
  header: ReactNode;
  commands?: Command[]; // before Refresh
  more?: Command[]; // behind it
  of?: Query<unknown>; // what the page shows
  onRefresh?: () => Promise<unknown>; // where that is more than `of`
  children: ReactNode;
}) {
  const { of } = props;
  const refresh = props.onRefresh ?? of?.refresh;
  const own: Command[] = refresh
    ? [
        {
          key: 'refresh',
          text: 'Refresh',
          icon: <ArrowClockwiseRegular />,
          onClick: () => void refresh(),
        },
      ]
    : [];
  return (
    <>
      {props.header}
      <CommandBar commands={[...(props.commands ?? []), ...own, ...(props.more ?? [])]} />
      <PageBody>
        {of && <QueryError of={of} />}
        {of?.loading && <Loading />}
        {props.children}
      </PageBody>
    </>
  );
}
