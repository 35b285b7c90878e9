// Sign-in with a user's name and password, or a service principal's id and secret.
import { Button, Field, Input, Spinner, makeStyles, tokens } from '@fluentui/react-components';
import { useEffect, useState } from 'react';

import { signIn } from '../api/session';
import { ErrorBar } from '../components/parts';
import { Mark } from '../shell/Mark';

const useStyles = makeStyles({
  page: {
    minHeight: '100dvh', display: 'grid', placeItems: 'center', padding: '16px',
    boxSizing: 'border-box', backgroundColor: tokens.colorNeutralBackground3,
  },
  card: {
    width: 'min(400px, 100%)', boxSizing: 'border-box', padding: '32px',
    backgroundColor: tokens.colorNeutralBackground1, boxShadow: tokens.shadow16,
    borderRadius: tokens.borderRadiusLarge,
    display: 'flex', flexDirection: 'column', gap: '20px',
  },
  brand: {
    display: 'flex', alignItems: 'center', gap: '10px', color: tokens.colorBrandForeground1,
    fontWeight: tokens.fontWeightSemibold, fontSize: tokens.fontSizeBase500,
  },
  title: { margin: 0, fontSize: tokens.fontSizeBase500, fontWeight: tokens.fontWeightSemibold },
  form: { display: 'flex', flexDirection: 'column', gap: '16px' },
});

export default function SignIn({ ended }: { ended?: boolean }) {
  const styles = useStyles();
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    document.title = 'Sign in - Tandem';
  }, []);
  const submit = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await signIn(user.trim(), password);
    } catch (failed) {
      setError(failed);
      setPassword('');
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <div className={styles.brand}>
          <Mark size={32} /> Tandem
        </div>
        <h1 className={styles.title}>Sign in</h1>
        {ended && <p role="status" style={{ margin: 0 }}>Your session has ended. Sign in again.</p>}
        <ErrorBar error={error} />
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <Field label="User name" required>
            <Input
              value={user}
              onChange={(_, data) => setUser(data.value)}
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              autoFocus
            />
          </Field>
          <Field label="Password" required>
            <Input
              type="password"
              value={password}
              onChange={(_, data) => setPassword(data.value)}
              autoComplete="current-password"
            />
          </Field>
          <Button
            appearance="primary"
            type="submit"
            disabled={busy || !user.trim() || !password}
            icon={busy ? <Spinner size="tiny" /> : undefined}
          >
            Sign in
          </Button>
        </form>
      </div>
    </main>
  );
}
