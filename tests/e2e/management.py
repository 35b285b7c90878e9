"""Hubs changed and read over control's REST API, and an az that is signed in there."""
import subprocess

from installation import wait_for
from rest import Rest


class Management(Rest):
    def get(self, path):
        status, _, answer = self.call("GET", path)
        assert status == 200, (path, status, answer)
        return answer

    def metrics_path(self, query):
        path = self.hub_path("/providers/Microsoft.Insights/metrics").partition("?")[0]
        return f"{path}?api-version=2018-01-01&{query}"

    def active(self, name=None):
        def there():
            hub = self.get(self.hub_path(hub=name))
            return hub if hub["properties"]["state"] == "Active" else None
        return wait_for("the hub to be active", there, 90)

    def change(self, properties, sku=None):
        """Puts the hub with these properties changed; returns when its region has them."""
        hub = self.active()
        hub["properties"].update(properties)
        if sku:
            hub["sku"] = sku
        status, _, answer = self.call("PUT", self.hub_path(), hub)
        assert status in (200, 201), (status, answer)
        return self.active()

    def az(self):
        """The environment of an az that is signed in."""
        quickstart = self.installation.quickstart
        environment = self.installation.environment()
        for words in (["cloud", "register", "--name", "Tandem", "--endpoint-resource-manager",
                       self.url + "/"],
                      ["cloud", "set", "--name", "Tandem"],
                      ["login", "--service-principal", "-u", quickstart["clientId"], "-p",
                       quickstart["clientSecret"], "--tenant", quickstart["tenant"]]):
            subprocess.run(["az", *words], env=environment, check=True, timeout=180,
                           stdout=subprocess.DEVNULL)
        return environment
