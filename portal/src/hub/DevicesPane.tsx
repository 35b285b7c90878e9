// Devices: the list, and a page for each.
import { Route, Routes } from 'react-router';

import { DeviceList } from './devices/DeviceList';
import DevicePage from './devices/DevicePage';

export default function DevicesPane() {
  return (
    <Routes>
      <Route index element={<DeviceList />} />
      <Route path=":device" element={<DevicePage />} />
    </Routes>
  );
}
