import { createRoot } from 'react-dom/client';

import { App } from './App';
import './global.css';
import { resume } from './shell/notifications';
import { session } from './api/session';

if (session.get()) resume();
createRoot(document.getElementById('root')!).render(<App />);
