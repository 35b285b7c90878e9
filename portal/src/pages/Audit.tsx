import { BladeHeader, Loading } from '../components/parts';

export default function Audit() {
  return (
    <>
      <BladeHeader title="Audit" />
      <Loading />
    </>
  );
}
