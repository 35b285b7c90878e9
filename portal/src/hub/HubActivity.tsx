import { Loading } from '../components/parts';
import { HubHeader } from './HubHeader';

export default function HubActivity() {
  return (
    <>
      <HubHeader />
      <Loading />
    </>
  );
}
