// The panes of a hub, in the order of its menu. Each is loaded when it is first opened.
import type { ComponentType, ReactElement } from 'react';

import {
  ArrowDownloadRegular, ArrowSwapRegular, BranchForkRegular, CertificateRegular,
  ClipboardTaskListLtrRegular, DataTrendingRegular, GlobeRegular, HomeRegular, KeyRegular,
  MailInboxRegular, PhoneLaptopRegular, SettingsRegular,
} from '../components/icons';
import { lazyPage } from '../components/lazyPage';

export interface Pane {
  path: string; // below /hubs/{name}/; '' is Overview
  text: string;
  group: '' | 'Device management' | 'Security settings' | 'Hub settings' | 'Monitoring';
  icon: ReactElement;
  page: ComponentType;
  wildcard?: boolean; // it has pages of its own below it
}

export const panes: Pane[] = [
  {
    path: '',
    text: 'Overview',
    group: '',
    icon: <HomeRegular />,
    page: lazyPage(() => import('./Overview')),
  },
  {
    path: 'activity',
    text: 'Activity',
    group: '',
    icon: <ClipboardTaskListLtrRegular />,
    page: lazyPage(() => import('./HubActivity')),
  },
  {
    path: 'devices',
    text: 'Devices',
    group: 'Device management',
    icon: <PhoneLaptopRegular />,
    page: lazyPage(() => import('./DevicesPane')),
    wildcard: true,
  },
  {
    path: 'jobs',
    text: 'Import and export',
    group: 'Device management',
    icon: <ArrowDownloadRegular />,
    page: lazyPage(() => import('./JobsPane')),
  },
  {
    path: 'policies',
    text: 'Shared access policies',
    group: 'Security settings',
    icon: <KeyRegular />,
    page: lazyPage(() => import('./PoliciesPane')),
  },
  {
    path: 'certificates',
    text: 'Certificates',
    group: 'Security settings',
    icon: <CertificateRegular />,
    page: lazyPage(() => import('./CertificatesPane')),
  },
  {
    path: 'networking',
    text: 'Networking',
    group: 'Security settings',
    icon: <GlobeRegular />,
    page: lazyPage(() => import('./NetworkingPane')),
  },
  {
    path: 'failover',
    text: 'Failover',
    group: 'Hub settings',
    icon: <ArrowSwapRegular />,
    page: lazyPage(() => import('./FailoverPane')),
  },
  {
    path: 'endpoints',
    text: 'Built-in endpoints',
    group: 'Hub settings',
    icon: <MailInboxRegular />,
    page: lazyPage(() => import('./EndpointPane')),
  },
  {
    path: 'routing',
    text: 'Message routing',
    group: 'Hub settings',
    icon: <BranchForkRegular />,
    page: lazyPage(() => import('./RoutingPane')),
  },
  {
    path: 'properties',
    text: 'Properties',
    group: 'Hub settings',
    icon: <SettingsRegular />,
    page: lazyPage(() => import('./PropertiesPane')),
  },
  {
    path: 'metrics',
    text: 'Quotas and metrics',
    group: 'Monitoring',
    icon: <DataTrendingRegular />,
    page: lazyPage(() => import('./MetricsPane')),
  },
];
