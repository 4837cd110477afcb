//! Contracts, as IONOS knows them: what their groups grant to whom, and the
//! tokens that their members hold. A contract is a number and nothing else.

use super::UserId;
use crate::time::Timestamp;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use serde::{Deserialize, Serialize};

macro_rules! privileges {
    ($($variant:ident $name:literal $doc:literal;)+) => {
        /// What a group grants within a contract. Its owner and its
        /// administrators have all of it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum ContractPrivilege {
            $(#[doc = $doc] #[serde(rename = $name)] $variant,)+
        }

        impl ContractPrivilege {
            /// Every privilege.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name in records and tokens.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

privileges! {
    CreateDataCenter "CREATE_DATA_CENTER" "Make data centres.";
    CreateSnapshot "CREATE_SNAPSHOT" "Make snapshots.";
    ReserveIp "RESERVE_IP" "Reserve IP blocks.";
    AccessActivityLog "ACCESS_ACTIVITY_LOG" "Read the activity log.";
    CreatePcc "CREATE_PCC" "Make private cross-connects.";
    S3Privilege "S3_PRIVILEGE" "Use the object storage.";
    CreateBackupUnit "CREATE_BACKUP_UNIT" "Make backup units.";
    CreateInternetAccess "CREATE_INTERNET_ACCESS" "Connect to the internet.";
    CreateK8sCluster "CREATE_K8S_CLUSTER" "Make Kubernetes clusters.";
    CreateFlowLog "CREATE_FLOW_LOG" "Make flow logs.";
    AccessAndManageMonitoring "ACCESS_AND_MANAGE_MONITORING" "Use the monitoring.";
    AccessAndManageCertificates "ACCESS_AND_MANAGE_CERTIFICATES" "Manage certificates.";
    ManageDbaas "MANAGE_DBAAS" "Manage databases.";
    AccessAndManageDns "ACCESS_AND_MANAGE_DNS" "Manage DNS.";
    ManageRegistry "MANAGE_REGISTRY" "Manage container registries.";
    ManageDataplatform "MANAGE_DATAPLATFORM" "Manage the data platform.";
    AccessAndManageLogging "ACCESS_AND_MANAGE_LOGGING" "Manage logging.";
    AccessAndManageCdn "ACCESS_AND_MANAGE_CDN" "Manage content delivery.";
    AccessAndManageVpn "ACCESS_AND_MANAGE_VPN" "Manage VPN gateways.";
    AccessAndManageApiGateway "ACCESS_AND_MANAGE_API_GATEWAY" "Manage API gateways.";
    AccessAndManageKaas "ACCESS_AND_MANAGE_KAAS" "Manage Kafka.";
    AccessAndManageNetworkFileStorage "ACCESS_AND_MANAGE_NETWORK_FILE_STORAGE" "Manage network file storage.";
    AccessAndManageAiModelHub "ACCESS_AND_MANAGE_AI_MODEL_HUB" "Manage the AI model hub.";
    AccessAndManageIamResources "ACCESS_AND_MANAGE_IAM_RESOURCES" "Manage identities.";
    CreateNetworkSecurityGroups "CREATE_NETWORK_SECURITY_GROUPS" "Make network security groups.";
}

/// What a group may do with a data centre beyond looking at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Share {
    /// Change it.
    pub edit: bool,
    /// Share it with others.
    pub share: bool,
}

/// A group of a contract. Who its members are stands with the users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// A UUID.
    pub id: String,
    /// The contract.
    pub contract: u32,
    /// A name for people.
    pub name: String,
    /// What it grants to its members.
    pub privileges: BTreeSet<ContractPrivilege>,
    /// The data centres that its members may look at, and with which rights.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub shares: BTreeMap<String, Share>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A token of a user for a contract, without the token itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityToken {
    /// A UUID, which the token carries in its header.
    pub id: String,
    /// Whom it speaks for.
    pub user: UserId,
    /// The contract that it is bound to.
    pub contract: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused. It counts until it is deleted.
    pub expires_at: Timestamp,
    /// When the user's tokens had last been ended as this one was made: it is
    /// good until they are ended again, whatever clocks say.
    pub made_after: Option<Timestamp>,
}
