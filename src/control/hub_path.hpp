// control/hub_path.hpp -- the pattern of a hub's path, for the tables of routes.
#pragma once

#define TANDEM_HUB_PATH                                                                          \
    "subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Devices/IotHubs/"   \
    "{hub}"
