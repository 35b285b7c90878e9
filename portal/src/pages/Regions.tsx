import { BladeHeader, Loading } from '../components/parts';

export default function Regions() {
  return (
    <>
      <BladeHeader title="Regions" />
      <Loading />
    </>
  );
}
