"""Signing in, as Debian's az, azure-identity and a browser do it; and what ends a sign-in."""
import json
import re
import shutil
import ssl
import subprocess
import urllib.error
import urllib.parse
import urllib.request
import uuid

from installation import Installation, skip, wait_for

if shutil.which("az") is None:
    skip("az is not installed")

with Installation() as it:
    q = it.quickstart
    trusted = ssl.create_default_context(cafile=q["caFile"])

    def call(method, path, body=None, token=None, form=None):
        headers = {"Authorization": "Bearer " + token} if token else {}
        data = json.dumps(body).encode() if body is not None else None
        if form is not None:
            data = urllib.parse.urlencode(form).encode()
        request = urllib.request.Request(q["controlUrl"] + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, context=trusted, timeout=30) as answer:
                text = answer.read().decode()
                return answer.status, json.loads(text) if text[:1] in "[{" and text else text
        except urllib.error.HTTPError as error:
            text = error.read().decode()
            return error.code, json.loads(text) if text[:1] in "[{" and text else text

    def token(**form):
        return call("POST", "/adfs/oauth2/token", form=form)

    user = {"username": q["portalUser"], "password": q["portalPassword"]}

    # ---- the portal's sign-in
    status, signed_in = token(grant_type="password", client_id="tandem-portal", **user)
    assert status == 200, signed_in
    portal = signed_in["access_token"]
    status, me = call("GET", "/tandem/v1/me", token=portal)
    assert status == 200 and me["name"] == "admin" and me["kind"] == "user", me
    assert me["assignments"] == [{"role": "Owner", "scope": "/",
                                  "roleId": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"}], me
    status, refused = token(grant_type="password", client_id="tandem-portal",
                            username=q["portalUser"], password="wrong")
    assert status == 400 and refused["error"] == "invalid_grant", refused
    status, next_one = token(grant_type="refresh_token", client_id="tandem-portal",
                             refresh_token=signed_in["refresh_token"])
    assert status == 200 and next_one["refresh_token"] != signed_in["refresh_token"]

    # ---- az, in three ways
    def az(*words, config, check=True, **more):
        environment = dict(it.environment(), AZURE_CONFIG_DIR=str(it.dir / config))
        done = subprocess.run(["az", *words, "-o", "json"], env=environment, capture_output=True,
                              text=True, timeout=180, **more)
        shown = " ".join(words).replace(q["portalPassword"], "...").replace(q["clientSecret"], "...")
        print("az", shown, "->", done.returncode, done.stderr.strip()[-300:])
        if check and done.returncode != 0:
            raise AssertionError(done.stderr)
        return (json.loads(done.stdout) if done.stdout.strip() else None) if check else done

    def cloud(config):
        az("cloud", "register", "--name", "Tandem", "--endpoint-resource-manager",
           q["controlUrl"] + "/", config=config)
        az("cloud", "set", "--name", "Tandem", config=config)

    def names(config):
        return [hub["name"] for hub in az("iot", "hub", "list", config=config)]

    cloud("az-user")
    az("login", "-u", q["portalUser"], "-p", q["portalPassword"], config="az-user")
    assert names("az-user") == [q["hub"]]
    assert az("account", "show", config="az-user")["user"]["name"] == "admin"

    cloud("az-device")
    environment = dict(it.environment(), AZURE_CONFIG_DIR=str(it.dir / "az-device"))
    login = subprocess.Popen(["az", "login", "--use-device-code", "-o", "json"], env=environment,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    said = ""
    while "code" not in said or not re.search(r"[A-Z]{4}-[A-Z]{4}", said):
        line = login.stderr.readline()
        assert line, "az ended: " + said
        said += line
    code = re.search(r"[A-Z]{4}-[A-Z]{4}", said).group()
    assert "/adfs/oauth2/deviceauth" in said, said
    status, page = call("GET", "/adfs/oauth2/deviceauth")
    assert status == 200 and "<form" in page, page
    status, page = call("POST", "/adfs/oauth2/deviceauth",
                        form={"user_code": code, "username": user["username"], "password": "no"})
    assert status == 400, page
    status, page = call("POST", "/adfs/oauth2/deviceauth", form={"user_code": code.lower(), **user})
    assert status == 200, page
    out, errors = login.communicate(timeout=120)
    assert login.returncode == 0, errors
    assert names("az-device") == [q["hub"]]

    # ---- roles, as an owner gives them with az
    made = json.loads(it.tandem("principal", "create", "reader-app", "--json").stdout)
    cloud("az-owner")
    az("login", "--service-principal", "-u", q["clientId"], "-p", q["clientSecret"], "--tenant",
       q["tenant"], config="az-owner")
    scope = f"/subscriptions/{q['subscriptionId']}/resourceGroups/{q['resourceGroup']}"
    ROLES = {"Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
             "IoT Hub Data Reader": "b447c946-2db7-41ec-983d-d8bf3b1c77e3",
             "IoT Hub Data Contributor": "4fc6c259-987e-4a07-842e-c321cc9d413f"}

    def rest(method, path, body=None):
        words = ["rest", "--method", method, "--url", q["controlUrl"] + path, "--resource",
                 "https://management.azure.com/"]
        return az(*words, *(["--body", json.dumps(body)] if body else []), config="az-owner")

    def give(role):
        """With `az rest`: Debian's `az role assignment create` does not fit its own library."""
        given = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
        definition = f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{ROLES[role]}"
        made = rest("put", f"{given}?api-version=2022-04-01",
                    {"properties": {"roleDefinitionId": definition, "principalId": "reader-app",
                                    "principalType": "ServicePrincipal"}})
        assert made["properties"]["principalId"] == "reader-app", made
        return given

    def take(given):
        rest("delete", f"{given}?api-version=2022-04-01")

    named = rest("get", f"{scope}/providers/Microsoft.Authorization/roleDefinitions"
                        "?api-version=2022-04-01&$filter=roleName%20eq%20'Reader'")
    assert [one["name"] for one in named["value"]] == [ROLES["Reader"]], named
    given = give("Reader")
    cloud("az-reader")
    az("login", "--service-principal", "-u", "reader-app", "-p", made["secret"], "--tenant",
       q["tenant"], config="az-reader")
    hub = ["-n", q["hub"], "-g", q["resourceGroup"]]
    assert az("iot", "hub", "show", *hub, config="az-reader")["name"] == q["hub"]
    for words in (["iot", "hub", "show-connection-string", *hub],
                  ["iot", "hub", "manual-failover", *hub],
                  ["group", "create", "-n", "another", "-l", "westus2"]):
        refused = az(*words, config="az-reader", check=False)
        assert refused.returncode != 0 and "AuthorizationFailed" in refused.stderr, refused.stderr
    take(given)
    refused = az("iot", "hub", "list", config="az-reader", check=False)
    assert refused.returncode != 0 and "AuthorizationFailed" in refused.stderr, refused.stderr

    # ---- the same principal on the data plane, by its data roles
    def data(step):
        it.node("sign_in.mjs", "reader-app", made["secret"], step)

    data("none")
    given = give("IoT Hub Data Reader")
    data("reader")
    take(given)
    given = give("IoT Hub Data Contributor")
    data("contributor")
    take(given)
    data("none")

    # ---- a secret renewed, a principal deleted: their tokens are worth nothing at once
    def app_token(secret):
        return token(grant_type="client_credentials", client_id="reader-app", client_secret=secret)
    old = app_token(made["secret"])[1]["access_token"]
    assert call("GET", "/tandem/v1/me", token=old)[0] == 200
    renewed = json.loads(it.tandem("principal", "create", "reader-app", "--new-secret",
                                   "--json").stdout)
    assert call("GET", "/tandem/v1/me", token=old)[0] == 401
    assert app_token(made["secret"])[0] == 401
    young = app_token(renewed["secret"])[1]["access_token"]
    assert call("GET", "/tandem/v1/me", token=young)[0] == 200
    it.tandem("principal", "delete", "reader-app")
    assert call("GET", "/tandem/v1/me", token=young)[0] == 401
    assert "reader-app" not in it.tandem("principal", "list").stdout

    # ---- control dies: who was signed in still is, and the audit log goes on
    head = json.loads(it.tandem("audit", "verify", "--json").stdout)["head"]
    it.kill("control")
    it.start("control")
    it.wait_for_control()
    assert call("GET", "/tandem/v1/me", token=portal)[0] == 200
    noted = f"{head['sequence']}:{head['hash']}"
    it.tandem("audit", "verify", "--head", noted)
    lines = it.tandem("audit", "show", "--top", "200").stdout
    for word in ("sign-in password", "sign-in device_code", "PUT tandem/v1/principals/{id}",
                 "PUT Microsoft.Authorization/roleAssignments/{assignment}", " 403 "):
        assert word in lines, word + "\n" + lines
    forged = f"{head['sequence']}:{'0' * 64}"
    assert it.tandem("audit", "verify", "--head", forged, check=False).returncode == 1

    # ---- nothing of all that stands where others can read it
    secrets = [q["portalPassword"], q["clientSecret"], made["secret"], renewed["secret"], portal,
               signed_in["refresh_token"].split(".")[1]]
    for path in [p for p in it.dir.rglob("*") if p.is_file()]:
        if any(part.startswith("az") for part in path.relative_to(it.dir).parts):
            continue   # az's own files
        text = path.read_bytes()
        if path.name not in ("quickstart.json", "up.log"):
            assert not any(secret.encode() in text for secret in secrets), path
        if path.suffix in (".log", ".sst", ".json", ".key") or path.name == "log":
            assert path.stat().st_mode & 0o007 == 0 or it.dir.stat().st_mode & 0o077 == 0, path
    assert it.dir.stat().st_mode & 0o077 == 0, "the data directory is open to others"
