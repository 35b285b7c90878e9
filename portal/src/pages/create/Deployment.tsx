// A deployment: "in progress" with its steps, then the way to the hub.
import { Button, ProgressBar } from '@fluentui/react-components';
import { useNavigate, useParams } from 'react-router';

import { hubTone } from '../../components/state';
import {
  Banner, BladeHeader, CommandBar, EmptyState, ErrorBar, Essentials, PageBody, ProgressSteps,
  Section, StateText, Time,
} from '../../components/parts';
import { AppsListRegular, AddRegular } from '../../components/icons';
import { useStatus } from '../../shell/context';
import { useDeployment } from './deployments';

export default function Deployment() {
  const hub = useParams().hub ?? '';
  const navigate = useNavigate();
  const deployment = useDeployment(hub);
  const known = useStatus().data?.hubs.find((one) => one.name.toLowerCase() === hub.toLowerCase());
  // After a reload of the page only the hub itself can tell.
  const active = known?.state === 'Active';
  const state = deployment?.state ?? (active ? 'succeeded' : known ? 'running' : 'unknown');
  const open = () => void navigate(`/hubs/${encodeURIComponent(hub)}`);
  const title =
    state === 'succeeded'
      ? 'Your deployment is complete'
      : state === 'failed'
        ? 'Your deployment failed'
        : 'Deployment is in progress';
  return (
    <>
      <BladeHeader
        title={`Deployment of ${hub}`}
        crumbs={[{ text: 'Home', to: '/' }, { text: 'IoT hubs', to: '/hubs' }]}
      />
      <CommandBar
        commands={[
          { key: 'hubs', text: 'IoT hubs', icon: <AppsListRegular />,
            onClick: () => void navigate('/hubs') },
          { key: 'again', text: 'Create another', icon: <AddRegular />,
            onClick: () => void navigate('/create') },
        ]}
      />
      <PageBody>
        {state === 'unknown' ? (
          <EmptyState title={`No deployment of '${hub}' is known.`} />
        ) : (
          <>
            <div aria-live="polite">
              <Banner
                intent={state === 'succeeded' ? 'success' : state === 'failed' ? 'error' : 'info'}
                title={title}
              >
                {state === 'succeeded' && <>The IoT hub {hub} is ready.</>}
                {state === 'running' && <>You may leave this page: it goes on.</>}
              </Banner>
            </div>
            {state === 'running' && <ProgressBar aria-label={title} />}
            <ErrorBar error={deployment?.error} />
            <Essentials
              facts={[
                { label: 'IoT hub', value: hub },
                { label: 'Resource group', value: deployment?.group ?? '–' },
                { label: 'Started', value: <Time at={deployment?.startedAt} /> },
                {
                  label: 'State',
                  value: known ? (
                    <StateText tone={hubTone(known)}>{known.state}</StateText>
                  ) : (
                    'not recorded yet'
                  ),
                },
              ]}
            />
            {deployment && (
              <Section title="Steps">
                <ProgressSteps label="Steps of the deployment" steps={deployment.steps} />
              </Section>
            )}
            <div>
              <Button appearance="primary" disabled={state !== 'succeeded'} onClick={open}>
                Go to resource
              </Button>
            </div>
          </>
        )}
      </PageBody>
    </>
  );
}
