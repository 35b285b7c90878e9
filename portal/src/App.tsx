// The portal's pages and their addresses. Each page is loaded when it is first opened.
import { FluentProvider } from '@fluentui/react-components';
import { Component, useEffect, useSyncExternalStore, type ReactNode } from 'react';
import { BrowserRouter, Navigate, Route, Routes } from 'react-router';

import { session } from './api/session';
import { lazyPage, loadAhead } from './components/lazyPage';
import { ErrorBar, PageBody } from './components/parts';
import SignIn from './pages/SignIn';
import { Shell } from './shell/Shell';
import { SharedProvider } from './shell/context';
import { useTheme } from './shell/theme';

const Home = lazyPage(() => import('./pages/Home'));
const Hubs = lazyPage(() => import('./pages/Hubs'));
const CreateHub = lazyPage(() => import('./pages/create/CreateHub'));
const Deployment = lazyPage(() => import('./pages/create/Deployment'));
const Groups = lazyPage(() => import('./pages/Groups'));
const Group = lazyPage(() => import('./pages/Group'));
const Regions = lazyPage(() => import('./pages/Regions'));
const Activity = lazyPage(() => import('./pages/Activity'));
const Audit = lazyPage(() => import('./pages/Audit'));
const HubFrame = lazyPage(() => import('./hub/HubFrame'));
const NotFound = lazyPage(() => import('./pages/NotFound'));

class Guard extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: undefined as unknown };
  static getDerivedStateFromError(error: unknown) {
    return { error };
  }
  override render() {
    if (this.state.error === undefined) return this.props.children;
    return (
      <PageBody>
        <ErrorBar
          title="This page has failed."
          error={this.state.error}
          onRetry={() => window.location.reload()}
        />
      </PageBody>
    );
  }
}

function Pages() {
  useEffect(() => void loadAhead(), []);
  return (
    <Guard>
      <Routes>
        <Route path="/" element={<Home />} />
        <Route path="/hubs" element={<Hubs />} />
        <Route path="/hubs/:hub/*" element={<HubFrame />} />
        <Route path="/create" element={<CreateHub />} />
        <Route path="/deployments/:hub" element={<Deployment />} />
        <Route path="/groups" element={<Groups />} />
        <Route path="/groups/:group" element={<Group />} />
        <Route path="/regions" element={<Regions />} />
        <Route path="/activity" element={<Activity />} />
        <Route path="/audit" element={<Audit />} />
        <Route path="/index.html" element={<Navigate to="/" replace />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Guard>
  );
}

export function App() {
  const theme = useTheme();
  const signedIn = useSyncExternalStore(session.subscribe, session.get);
  return (
    <FluentProvider theme={theme.theme}>
      {signedIn ? (
        <BrowserRouter basename="/portal">
          <SharedProvider>
            <Shell
              user={signedIn.user}
              dark={theme.dark}
              choice={theme.choice}
              onTheme={theme.choose}
            >
              <Pages />
            </Shell>
          </SharedProvider>
        </BrowserRouter>
      ) : (
        <SignIn ended={session.ranOut()} />
      )}
    </FluentProvider>
  );
}
