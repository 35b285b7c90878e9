import { BladeHeader, Loading } from '../components/parts';

export default function Hubs() {
  return (
    <>
      <BladeHeader title="Hubs" />
      <Loading />
    </>
  );
}
