// Tags of a resource or of a group, in a side pane.
import { useState } from 'react';

import { checkTags, tagsOf } from '../pages/create/validation';
import { FormPane } from './FormPane';
import { TagFields } from './fields';

export function TagsPane(props: {
  tags: Record<string, string>;
  onClose: () => void;
  onSave: (tags: Record<string, string>) => Promise<void>;
}) {
  const [rows, setRows] = useState(() => [
    ...Object.entries(props.tags).map(([name, value]) => ({ name, value })),
    { name: '', value: '' },
  ]);
  const wrong = checkTags(rows);
  return (
    <FormPane
      open
      title="Edit tags"
      submit="Save"
      ready={wrong.every((text) => text === null)}
      onSubmit={() => props.onSave(tagsOf(rows))}
      onClose={props.onClose}
    >
      <TagFields rows={rows} wrong={wrong} onChange={setRows} />
    </FormPane>
  );
}
