import { BladeHeader, Loading } from '../components/parts';

export default function Activity() {
  return (
    <>
      <BladeHeader title="Activity" />
      <Loading />
    </>
  );
}
