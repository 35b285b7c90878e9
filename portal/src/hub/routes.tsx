// The panes of a hub, in the order of its menu. Each is loaded when it is first opened.
import { lazy, type ComponentType, type ReactElement } from 'react';

import {
  ArrowSwapRegular, ClipboardTaskListLtrRegular, HomeRegular,
} from '../components/icons';

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
    page: lazy(() => import('./Overview')),
  },
  {
    path: 'activity',
    text: 'Activity',
    group: '',
    icon: <ClipboardTaskListLtrRegular />,
    page: lazy(() => import('./HubActivity')),
  },
  {
    path: 'failover',
    text: 'Failover',
    group: 'Hub settings',
    icon: <ArrowSwapRegular />,
    page: lazy(() => import('./FailoverPane')),
  },
];
