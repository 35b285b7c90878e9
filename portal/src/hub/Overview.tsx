import { Loading } from '../components/parts';
import { HubHeader } from './HubHeader';

export default function Overview() {
  return (
    <>
      <HubHeader />
      <Loading />
    </>
  );
}
