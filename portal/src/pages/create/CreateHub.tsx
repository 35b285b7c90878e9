import { BladeHeader, Loading } from '../../components/parts';

export default function CreateHub() {
  return (
    <>
      <BladeHeader title="CreateHub" />
      <Loading />
    </>
  );
}
