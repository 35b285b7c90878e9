#include "control/region_presets.hpp"

#include "control/text.hpp"

#include <array>

namespace tandem::control {

namespace {

constexpr std::array<RegionPreset, 62> presets = {{
    {"australiacentral", "Australia Central", "australiacentral2", "Australia", "Canberra"},
    {"australiacentral2", "Australia Central 2", "australiacentral", "Australia", "Canberra"},
    {"australiaeast", "Australia East", "australiasoutheast", "Australia", "New South Wales"},
    {"australiasoutheast", "Australia Southeast", "australiaeast", "Australia", "Victoria"},
    {"brazilsouth", "Brazil South", "southcentralus", "Brazil", "Sao Paulo State"},
    {"brazilsoutheast", "Brazil Southeast", "brazilsouth", "Brazil", "Rio"},
    {"canadacentral", "Canada Central", "canadaeast", "Canada", "Toronto"},
    {"canadaeast", "Canada East", "canadacentral", "Canada", "Quebec"},
    {"centralindia", "Central India", "southindia", "India", "Pune"},
    {"centralus", "Central US", "eastus2", "United States", "Iowa"},
    {"chinaeast", "China East", "chinanorth", "China", ""},
    {"chinaeast2", "China East 2", "chinanorth2", "China", ""},
    {"chinaeast3", "China East 3", "chinanorth3", "China", ""},
    {"chinanorth", "China North", "chinaeast", "China", ""},
    {"chinanorth2", "China North 2", "chinaeast2", "China", ""},
    {"chinanorth3", "China North 3", "chinaeast3", "China", ""},
    {"eastasia", "East Asia", "southeastasia", "Asia Pacific", "Hong Kong"},
    {"eastus", "East US", "westus", "United States", "Virginia"},
    {"eastus2", "East US 2", "centralus", "United States", "Virginia"},
    {"francecentral", "France Central", "francesouth", "France", "Paris"},
    {"francesouth", "France South", "francecentral", "France", "Marseille"},
    {"germanynorth", "Germany North", "germanywestcentral", "Germany", "Berlin"},
    {"germanywestcentral", "Germany West Central", "germanynorth", "Germany", "Frankfurt"},
    {"israelcentral", "Israel Central", "", "Israel", "Israel"},
    {"italynorth", "Italy North", "", "Italy", "Milan"},
    {"japaneast", "Japan East", "japanwest", "Japan", "Tokyo, Saitama"},
    {"japanwest", "Japan West", "japaneast", "Japan", "Osaka"},
    {"koreacentral", "Korea Central", "koreasouth", "Korea", "Seoul"},
    {"koreasouth", "Korea South", "koreacentral", "Korea", "Busan"},
    {"mexicocentral", "Mexico Central", "", "Mexico", "Quertaro State"},
    {"newzealandnorth", "New Zealand North", "", "New Zealand", "Auckland"},
    {"northcentralus", "North Central US", "southcentralus", "United States", "Illinois"},
    {"northeurope", "North Europe", "westeurope", "Europe", "Ireland"},
    {"norwayeast", "Norway East", "norwaywest", "Norway", "Norway"},
    {"norwaywest", "Norway West", "norwayeast", "Norway", "Norway"},
    {"polandcentral", "Poland Central", "", "Poland", "Warsaw"},
    {"qatarcentral", "Qatar Central", "", "Qatar", "Doha"},
    {"southafricanorth", "South Africa North", "southafricawest", "South Africa", "Johannesburg"},
    {"southafricawest", "South Africa West", "southafricanorth", "South Africa", "Cape Town"},
    {"southcentralus", "South Central US", "northcentralus", "United States", "Texas"},
    {"southeastasia", "Southeast Asia", "eastasia", "Asia Pacific", "Singapore"},
    {"southindia", "South India", "centralindia", "India", "Chennai"},
    {"spaincentral", "Spain Central", "", "Spain", "Madrid"},
    {"swedencentral", "Sweden Central", "swedensouth", "Sweden", "Gvle"},
    {"swedensouth", "Sweden South", "swedencentral", "Sweden", ""},
    {"switzerlandnorth", "Switzerland North", "switzerlandwest", "Switzerland", "Zurich"},
    {"switzerlandwest", "Switzerland West", "switzerlandnorth", "Switzerland", "Geneva"},
    {"uaecentral", "UAE Central", "uaenorth", "UAE", "Abu Dhabi"},
    {"uaenorth", "UAE North", "uaecentral", "UAE", "Dubai"},
    {"uksouth", "UK South", "ukwest", "United Kingdom", "London"},
    {"ukwest", "UK West", "uksouth", "United Kingdom", "Cardiff"},
    {"usdodcentral", "US DoD Central", "usdodeast", "US Department of Defense", ""},
    {"usdodeast", "US DoD East", "usdodcentral", "US Department of Defense", ""},
    {"usgovarizona", "US Gov Arizona", "usgovtexas", "US Government", ""},
    {"usgovtexas", "US Gov Texas", "usgovvirginia", "US Government", ""},
    {"usgovvirginia", "US Gov Virginia", "usgovtexas", "US Government", ""},
    {"westcentralus", "West Central US", "westus2", "United States", "Wyoming"},
    {"westeurope", "West Europe", "northeurope", "Europe", "Netherlands"},
    {"westindia", "West India", "southindia", "India", "Mumbai"},
    {"westus", "West US", "eastus", "United States", "California"},
    {"westus2", "West US 2", "westcentralus", "United States", "Washington"},
    {"westus3", "West US 3", "eastus", "United States", "Phoenix"},
}};

}  // namespace

RegionPreset const* region_preset(std::string_view name) {
    for (RegionPreset const& preset : presets)
        if (region_key(name) == preset.name) return &preset;
    return nullptr;
}

}  // namespace tandem::control
