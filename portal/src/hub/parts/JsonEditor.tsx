// JSON to edit as text; the first fault is shown with its line and column, and can be gone to.
import { Button, Field, Textarea, makeStyles, tokens } from '@fluentui/react-components';
import { useRef } from 'react';

import type { JsonFault } from '../logic/jsonText';

const useStyles = makeStyles({
  goTo: { minWidth: 0, padding: '0 4px', height: '20px' },
  editor: {
    width: '100%',
    '& textarea': {
      fontFamily: tokens.fontFamilyMonospace,
      fontSize: tokens.fontSizeBase200,
      lineHeight: '1.45',
      maxHeight: 'none',
      tabSize: '2',
    },
  },
});

export function JsonEditor(props: {
  label: string;
  value: string;
  onChange?: (text: string) => void;
  fault?: JsonFault;
  error?: string | null; // a fault of the content, not of its form
  rows?: number;
}) {
  const styles = useStyles();
  const area = useRef<HTMLTextAreaElement>(null);
  const goTo = (fault: JsonFault) => {
    const lines = props.value.split('\n');
    const start =
      lines.slice(0, fault.line - 1).reduce((sum, line) => sum + line.length + 1, 0) +
      fault.column -
      1;
    area.current?.focus();
    area.current?.setSelectionRange(start, Math.min(props.value.length, start + 1));
  };
  const { fault } = props;
  return (
    <Field
      label={props.label}
      validationState={fault || props.error ? 'error' : 'none'}
      validationMessage={
        fault ? (
          <span>
            Line {fault.line}, column {fault.column}: {fault.message}{' '}
            <Button
              size="small"
              appearance="transparent"
              className={styles.goTo}
              onClick={() => goTo(fault)}
            >
              Go there
            </Button>
          </span>
        ) : (
          (props.error ?? undefined)
        )
      }
    >
      <Textarea
        ref={area}
        className={styles.editor}
        value={props.value}
        readOnly={!props.onChange}
        onChange={(_, data) => props.onChange?.(data.value)}
        rows={props.rows ?? 16}
        spellCheck={false}
        resize="vertical"
        wrap="off"
      />
    </Field>
  );
}
