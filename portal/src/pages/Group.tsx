import { BladeHeader, Loading } from '../components/parts';

export default function Group() {
  return (
    <>
      <BladeHeader title="Group" />
      <Loading />
    </>
  );
}
