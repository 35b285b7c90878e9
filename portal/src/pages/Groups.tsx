import { BladeHeader, Loading } from '../components/parts';

export default function Groups() {
  return (
    <>
      <BladeHeader title="Groups" />
      <Loading />
    </>
  );
}
