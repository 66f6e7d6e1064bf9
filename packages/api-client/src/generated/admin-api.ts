// Generated from openapi.json by scripts/generate.mjs. Do not edit.
export interface paths {
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller and their organizations
         * @description Permission: none (every caller may read who they are). Audit: none (a read of the caller’s own record).
         */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the programs that may administer for the signed-in person, newest first
         * @description Permission: none (lists only what the person allowed). Audit: none (a read of the caller’s own record).
         */
        get: operations["listAccountGrants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/grants/{grant}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End what a program may do for the signed-in person, at once
         * @description Permission: none (ends only what the person allowed). Audit: none (it belongs to the person, and to no organization with an audit log).
         */
        delete: operations["endAccountGrant"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the signed-in person signs in
         * @description Permission: none (a person reads and ends their own; keys are refused). Audit: none (a read of the caller’s own record).
         */
        get: operations["getSignInMethods"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the sessions of the signed-in person, last seen first
         * @description Permission: none (a person reads and ends their own; keys are refused). Audit: none (a read of the caller’s own record).
         */
        get: operations["listOwnSessions"];
        put?: never;
        post?: never;
        /**
         * End every session of the signed-in person but this one
         * @description Permission: none (a person reads and ends their own; keys are refused). Audit: none (sessions belong to a person and to no organization).
         */
        delete: operations["endOtherSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End a session of the signed-in person, from its next request on
         * @description Permission: none (a person reads and ends their own; keys are refused). Audit: none (sessions belong to a person and to no organization).
         */
        delete: operations["endOwnSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the organizations of the caller
         * @description Permission: none (lists only where the caller is a member). Audit: none (a read of the caller’s own memberships).
         */
        get: operations["listOrganizations"];
        put?: never;
        /**
         * Create an organization; the caller becomes its owner
         * @description Permission: none (there is no organization yet; the sign-up policy decides, and keys never may). Audit: `organization.created`.
         */
        post: operations["createOrganization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show an organization
         * @description Permission: `organization:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["getOrganization"];
        put?: never;
        post?: never;
        /**
         * Take an organization out of service at once; restorable for 30 days
         * @description Permission: `organization:delete`. Audit: `organization.deleted`.
         */
        delete: operations["deleteOrganization"];
        options?: never;
        head?: never;
        /**
         * Rename an organization or give it another slug; the old slug stays its own
         * @description Permission: `organization:write`. Audit: `organization.updated`.
         */
        patch: operations["updateOrganization"];
        trace?: never;
    };
    "/api/v1/organizations/{organization}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put a deleted organization back into service
         * @description Permission: `organization:delete`. Audit: `organization.restored`.
         */
        post: operations["restoreOrganization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the limits on calls of an organization, how near they are, and which refused calls in the last hour
         * @description Permission: `usage:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["getOrganizationLimits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List members
         * @description Permission: `members:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["listMembers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/members/{member}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove a member, or leave; what opened the organization for them ends in the same transaction
         * @description Permission: none (every member may leave; removing another one needs members:write, checked by the handler). Audit: `member.removed`.
         */
        delete: operations["removeMember"];
        options?: never;
        head?: never;
        /**
         * Change the role of a member
         * @description Permission: `members:write`. Audit: `member.role_changed`.
         */
        patch: operations["updateMember"];
        trace?: never;
    };
    "/api/v1/organizations/{organization}/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List groups with their members, by name
         * @description Permission: `members:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["listGroups"];
        put?: never;
        /**
         * Create a group without members; at most 200 in an organization
         * @description Permission: `members:write`. Audit: `group.created`.
         */
        post: operations["createGroup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/groups/{group}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a group; its members stay members of the organization
         * @description Permission: `members:write`. Audit: `group.deleted`.
         */
        delete: operations["deleteGroup"];
        options?: never;
        head?: never;
        /**
         * Rename a group; its id stays
         * @description Permission: `members:write`. Audit: `group.renamed`.
         */
        patch: operations["updateGroup"];
        trace?: never;
    };
    "/api/v1/organizations/{organization}/groups/{group}/members/{member}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Add a member to a group; adding twice is fine
         * @description Permission: `members:write`. Audit: `group.member_added`.
         */
        put: operations["addGroupMember"];
        post?: never;
        /**
         * Remove a member from a group; removing twice is fine
         * @description Permission: `members:write`. Audit: `group.member_removed`.
         */
        delete: operations["removeGroupMember"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/policies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the policies with their revision, by name
         * @description Permission: `policies:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["listPolicies"];
        /**
         * Make these the policies of the organization; those of the same name keep their ids
         * @description Permission: `policies:write`. Audit: `policy.updated`.
         */
        put: operations["replacePolicies"];
        /**
         * Create a policy; at most 200 in an organization
         * @description Permission: `policies:write`. Audit: `policy.created`.
         */
        post: operations["createPolicy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/policies/{policy}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Replace name, effect and conditions of a policy; its id stays
         * @description Permission: `policies:write`. Audit: `policy.updated`.
         */
        put: operations["updatePolicy"];
        post?: never;
        /**
         * Delete a policy
         * @description Permission: `policies:write`. Audit: `policy.deleted`.
         */
        delete: operations["deletePolicy"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/tools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List connectors, newest first, with the tools of their live versions as policies know them
         * @description Permission: `policies:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["listTools"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the roles and their permissions, the strongest first
         * @description Permission: `organization:read`. Audit: none (a read of what holds for every organization).
         */
        get: operations["listRoles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List invitations to roles that the caller may give
         * @description Permission: `members:write`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["listInvitations"];
        put?: never;
        /**
         * Invite a person by e-mail address; the answer holds the link to hand over
         * @description Permission: `members:write`. Audit: `invitation.created`.
         */
        post: operations["createInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/invitations/{invitation}/reissue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a new link, good for a week, for an invitation that is open or expired; the link before opens nothing
         * @description Permission: `members:write`. Audit: `invitation.reissued`.
         */
        post: operations["reissueInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/invitations/{invitation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Withdraw an invitation
         * @description Permission: `members:write`. Audit: `invitation.revoked`.
         */
        delete: operations["cancelInvitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List API keys, without their secrets
         * @description Permission: `api-keys:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["listApiKeys"];
        put?: never;
        /**
         * Create an API key; its secret is shown this once
         * @description Permission: `api-keys:write`. Audit: `api_key.created`.
         */
        post: operations["createApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/api-keys/{apiKey}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke an API key, at once and for good: one’s own, or any as owner or admin
         * @description Permission: `api-keys:write`. Audit: `api_key.revoked`.
         */
        delete: operations["revokeApiKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/service-accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List service accounts, by name, disabled ones too
         * @description Permission: `service-accounts:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["listServiceAccounts"];
        put?: never;
        /**
         * Create a service account without keys; the caller is responsible for it. At most 100 in an organization
         * @description Permission: `service-accounts:write`. Audit: `service_account.created`.
         */
        post: operations["createServiceAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/service-accounts/{serviceAccount}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Disable a service account, or enable it and become responsible for it; its keys follow within a second
         * @description Permission: `service-accounts:write`. Audit: `service_account.disabled`.
         */
        patch: operations["updateServiceAccount"];
        trace?: never;
    };
    "/api/v1/organizations/{organization}/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List grants of OAuth clients, newest first: one’s own, or all as owner or admin
         * @description Permission: `grants:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["listGrants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/grants/{grant}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End a grant, in force at every gateway within a second: one’s own, or any as owner or admin
         * @description Permission: `grants:write`. Audit: `grant.ended`.
         */
        delete: operations["endGrant"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/grants/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End all grants in force of a person, to a client or at a connector: one’s own, or all as owner or admin
         * @description Permission: `grants:write`. Audit: `grant.all_ended`.
         */
        post: operations["endGrants"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the sign-in of an organization, without the client secret
         * @description Permission: `sign-in:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["getSignIn"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/sign-in/identity-provider": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set the OpenID Connect provider; its metadata is read first. Another issuer or client is a draft until tested
         * @description Permission: `sign-in:write`. Audit: `identity_provider.saved`.
         */
        put: operations["saveIdentityProvider"];
        post?: never;
        /**
         * Remove the provider, with every session that it made; members stay
         * @description Permission: `sign-in:write`. Audit: `identity_provider.deleted`.
         */
        delete: operations["deleteIdentityProvider"];
        options?: never;
        head?: never;
        /**
         * Demand that members sign in with the provider, or take its identity assertions (ID-JAG); or stop either
         * @description Permission: `sign-in:write`. Audit: `identity_provider.required`.
         */
        patch: operations["updateIdentityProvider"];
        trace?: never;
    };
    "/api/v1/organizations/{organization}/sign-in/identity-provider/activate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put a tested provider into service
         * @description Permission: `sign-in:write`. Audit: `identity_provider.activated`.
         */
        post: operations["activateIdentityProvider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/sign-in/identity-provider/deactivate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take the provider out of service, with every session that it made
         * @description Permission: `sign-in:write`. Audit: `identity_provider.deactivated`.
         */
        post: operations["deactivateIdentityProvider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the providers of the catalogue and the organization’s own, by name
         * @description Permission: `providers:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["listProviders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/providers/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Register the organization’s OAuth application at a provider, or set an own provider; another client ends the connections before
         * @description Permission: `providers:write`. Audit: `provider.saved`.
         */
        put: operations["saveProvider"];
        post?: never;
        /**
         * Remove the registration or the own provider, with every connection at it
         * @description Permission: `providers:write`. Audit: `provider.deleted`.
         */
        delete: operations["deleteProvider"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/connections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List connections that have not ended, newest first: one’s own and the organization’s, or all as owner or admin
         * @description Permission: `connections:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["listConnections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/connections/{connection}/default": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let calls use this connection among several of its owner at the provider
         * @description Permission: `connections:write`. Audit: `connection.default_set`.
         */
        post: operations["setDefaultConnection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/connections/{connection}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Disconnect an account: no call uses it any more, and its tokens are revoked where the provider offers that
         * @description Permission: `connections:write`. Audit: `connection.ended`.
         */
        delete: operations["endConnection"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/oauth-clients": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List OAuth clients that were made here, without their secrets
         * @description Permission: `oauth-clients:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["listOAuthClients"];
        put?: never;
        /**
         * Create an OAuth client; its secret is shown this once
         * @description Permission: `oauth-clients:write`. Audit: `oauth_client.created`.
         */
        post: operations["createOAuthClient"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/oauth-clients/{client}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace the secret of an OAuth client; the new one is shown this once
         * @description Permission: `oauth-clients:write`. Audit: `oauth_client.secret_rotated`.
         */
        post: operations["rotateOAuthClientSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/oauth-clients/{client}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Disable an OAuth client for good, with every grant that it was given
         * @description Permission: `oauth-clients:write`. Audit: `oauth_client.disabled`.
         */
        delete: operations["disableOAuthClient"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/connectors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List connectors
         * @description Permission: `connectors:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["listConnectors"];
        put?: never;
        /**
         * Create a connector; it answers after its first deploy. `authMode: none` needs `connectors:open`
         * @description Permission: `connectors:write`. Audit: `connector.created`.
         */
        post: operations["createConnector"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/connectors/{connector}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a connector
         * @description Permission: `connectors:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["getConnector"];
        put?: never;
        post?: never;
        /**
         * Take a connector out of service at once; restorable for 30 days
         * @description Permission: `connectors:delete`. Audit: `connector.deleted`.
         */
        delete: operations["deleteConnector"];
        options?: never;
        head?: never;
        /**
         * Change name, slug, auth mode, demands or what the code may do; the old slug stays an alias. `authMode: none` and `demands` need `connectors:open`; only an owner lists exempt keys
         * @description Permission: `connectors:write`. Audit: `connector.updated`.
         */
        patch: operations["updateConnector"];
        trace?: never;
    };
    "/api/v1/organizations/{organization}/connectors/{connector}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put a deleted connector back into service
         * @description Permission: `connectors:delete`. Audit: `connector.restored`.
         */
        post: operations["restoreConnector"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/connectors/{connector}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List versions, newest first
         * @description Permission: `versions:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["listVersions"];
        put?: never;
        /**
         * Upload source: tar.gz or zip, at most 10 MiB; the deploy continues in the background
         * @description Permission: `versions:write`. Audit: `version.submitted`.
         */
        post: operations["submitVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/connectors/{connector}/versions/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a version
         * @description Permission: `versions:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["getVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/connectors/{connector}/versions/{number}/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the log of a deploy
         * @description Permission: `versions:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["listVersionLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/connectors/{connector}/versions/{number}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow a deploy: steps, log lines and findings from the start, then `done`
         * @description Permission: `versions:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["watchVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/connectors/{connector}/versions/{number}/findings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what the scan found
         * @description Permission: `versions:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["listFindings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/connectors/{connector}/versions/{number}/manifest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show what the version declares: tools, prompts, resources, egress
         * @description Permission: `versions:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["getManifest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/connectors/{connector}/versions/{number}/lockfile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the dependencies the version was built with
         * @description Permission: `versions:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["getLockfile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/connectors/{connector}/versions/{number}/source": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a one-time address for the uploaded source, good for one minute
         * @description Permission: `versions:read`. Audit: `version.source_downloaded`.
         */
        post: operations["createSourceDownload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/connectors/{connector}/deployments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List deployments, newest first
         * @description Permission: `deployments:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["listDeployments"];
        put?: never;
        /**
         * Let a published version serve the connector from now on
         * @description Permission: `deployments:write`. Audit: `deployment.activated`.
         */
        post: operations["activateVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/connectors/{connector}/deployments/{deployment}/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Answer for a held version: accept its reasons and ask again whether it may go live
         * @description Permission: `deployments:approve`. Audit: `deployment.resolved`.
         */
        post: operations["resolveDeployment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/connectors/{connector}/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Activate the version that served before; drops no call in flight
         * @description Permission: `deployments:write`. Audit: `deployment.rolled_back`.
         */
        post: operations["rollBack"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/connectors/{connector}/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the names of secrets
         * @description Permission: `secrets:read`. Audit: none (a read of names, never of values).
         */
        get: operations["listSecrets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/connectors/{connector}/secrets/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set a secret; in force for the next call
         * @description Permission: `secrets:write`. Audit: `secret.set`.
         */
        put: operations["setSecret"];
        post?: never;
        /**
         * Delete a secret; in force for the next call
         * @description Permission: `secrets:write`. Audit: `secret.deleted`.
         */
        delete: operations["deleteSecret"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/connectors/{connector}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read log lines, oldest first; without a cursor the newest ones
         * @description Permission: `logs:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["listConnectorLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/connectors/{connector}/logs/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow log lines as they arrive
         * @description Permission: `logs:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["watchConnectorLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{organization}/audit-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List audit events, newest first
         * @description Permission: `audit:read`. Audit: none (a read of the caller’s own organization).
         */
        get: operations["listAuditEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the limits of the platform with their reasons, by section; all of them
         * @description Permission: none (the documentation has the same limits). Audit: none (a read of what holds for every organization).
         */
        get: operations["listLimits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AccountGrant: {
            id: string;
            client: {
                id: string;
                name: string;
            };
            scopes: {
                name: string;
                /** @description In words for people. */
                text: string;
            }[];
            /** @description Names of the organizations that it is limited to; empty means every one of the person. */
            organizations: string[];
            /** @description Given with a code that was typed; it ends with its one token. */
            byDeviceCode: boolean;
            /** @description From where it was asked for. */
            address: string | null;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            expiresAt: string;
            lastUsedAt: string | null;
        };
        AccountGrantPage: {
            items: components["schemas"]["AccountGrant"][];
            nextCursor: string | null;
        };
        ActionState: {
            allowed: boolean;
            reason: string | null;
        };
        Actor: {
            /** @enum {string} */
            kind: "person" | "api_key" | "service_account" | "system";
            id: string | null;
            /** @description A name for people to read: a person, a key, a process. */
            name: string | null;
            /** @description The program that acted for a person, such as the command line. */
            client: {
                id: string;
                name: string;
            } | null;
        };
        ApiKey: {
            id: string;
            /** @enum {string} */
            kind: "mcp" | "deploy" | "admin";
            name: string;
            /** @description First characters of the key, enough to recognise it. */
            hint: string;
            /** @description Connectors it can use (kinds mcp and deploy); `*` means every connector. */
            connectorIds: string[];
            /** @description For kind mcp. */
            scopes: string[];
            /** @description For kind admin. */
            permissions: components["schemas"]["Permission"][];
            /** @description Addresses or CIDR ranges; empty means any. */
            allowedAddresses: string[];
            /** @description The person whose permissions it carries, and with whose membership it ends; or a service account. */
            owner: components["schemas"]["Actor"];
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            expiresAt: string;
            lastUsedAt: string | null;
            lastUsedAddress: string | null;
            revokedAt: string | null;
            actions: {
                revoke: components["schemas"]["ActionState"];
            };
        };
        ApiKeyPage: {
            items: components["schemas"]["ApiKey"][];
            nextCursor: string | null;
        };
        ArgumentCondition: {
            /** @description JSON Pointer into the arguments: /amount. */
            path: string;
            equals?: string | number | boolean | null;
            oneOf?: (string | number | boolean | null)[];
            prefix?: string;
            min?: number;
            max?: number;
            /** @description True: an absent argument does not match. */
            ignoreAbsent?: boolean;
        };
        AuditEvent: {
            id: string;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            at: string;
            actor: components["schemas"]["Actor"];
            action: string;
            target: {
                type: string;
                id: string;
            };
            before: unknown | null;
            after: unknown | null;
            requestId: string | null;
        };
        AuditEventPage: {
            items: components["schemas"]["AuditEvent"][];
            nextCursor: string | null;
        };
        /**
         * @description How callers authenticate at the hosted URL: `oauth` by signing in or with an API key, `api_key` with a key only, `none` not at all.
         * @enum {string}
         */
        AuthMode: "oauth" | "api_key" | "none";
        ChangedPolicy: {
            name: string;
            effect: components["schemas"]["Effect"];
            when: components["schemas"]["PolicyConditions"];
            /** @description The revision that the change was made for: refused when there is a later one. */
            revision?: number;
        };
        Connection: {
            id: string;
            provider: string;
            /** @description Null: the organization’s. */
            person: components["schemas"]["Actor"] | null;
            /** @enum {string} */
            kind: "oauth2" | "api_key" | "basic";
            account: string;
            host: string | null;
            scopes: string[];
            /** @enum {string} */
            status: "active" | "needs_reconnect" | "ended";
            statusReason: string | null;
            isDefault: boolean;
            /** @description Connectors that it serves. */
            connectorIds: string[];
            expiresAt: string | null;
            endsAt: string | null;
            lastRefreshedAt: string | null;
            /** @description When the provider last refused the credential. */
            lastUnauthorizedAt: string | null;
            /** @description To the day. */
            lastUsedAt: string | null;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            createdAt: string;
        };
        ConnectionPage: {
            items: components["schemas"]["Connection"][];
            nextCursor: string | null;
        };
        Connector: {
            id: string;
            slug: string;
            name: string;
            authMode: components["schemas"]["AuthMode"];
            /**
             * Format: uri
             * @description The hosted MCP URL. Answers once a version is live.
             */
            url: string;
            /** @description The version that serves calls now. */
            live: {
                versionId: string;
                number: number;
                /**
                 * Format: date-time
                 * @description UTC, ISO 8601.
                 */
                activatedAt: string;
            } | null;
            /** @description The newest version, whatever its state. */
            latest: {
                versionId: string;
                number: number;
                state: components["schemas"]["VersionState"];
            } | null;
            settingsRevision: number;
            /** @description Whether code of the connector may use eval and new Function. Its sandboxes refuse them otherwise. */
            codeGeneration: boolean;
            demands: components["schemas"]["Demands"];
            /** @description When an owner or admin confirmed public access to it, with its secrets and tools that write. Null without a confirmation. */
            openConfirmedAt: string | null;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            createdAt: string;
            deletedAt: string | null;
            purgeAt: string | null;
            actions: {
                deploy: components["schemas"]["ActionState"];
                rollBack: components["schemas"]["ActionState"];
                update: components["schemas"]["ActionState"];
                open: components["schemas"]["ActionState"];
                /** @description Changing the demands on the sign-in. */
                demand: components["schemas"]["ActionState"];
                exemptKeys: components["schemas"]["ActionState"];
                delete: components["schemas"]["ActionState"];
                restore: components["schemas"]["ActionState"];
            };
        };
        ConnectorLogLine: {
            id: string;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            at: string;
            level: components["schemas"]["LogLevel"];
            /** @enum {string} */
            source: "connector" | "stderr" | "platform";
            text: string;
            requestId: string | null;
            versionNumber: number | null;
            /** @description Another person’s sandbox wrote it: its text is withheld. */
            hidden: boolean;
        };
        ConnectorLogPage: {
            items: components["schemas"]["ConnectorLogLine"][];
            nextCursor: string | null;
        };
        ConnectorPage: {
            items: components["schemas"]["Connector"][];
            nextCursor: string | null;
        };
        ConnectorTools: {
            id: string;
            slug: string;
            tools: {
                tool: string;
                /** @description As declared; what is not declared is absent. */
                annotations: {
                    readOnlyHint?: boolean;
                    destructiveHint?: boolean;
                };
                /** @description Whether the tool has a page of its own. */
                interactive: boolean;
            }[];
        };
        ConnectorToolsPage: {
            items: components["schemas"]["ConnectorTools"][];
            nextCursor: string | null;
        };
        CreatedApiKey: {
            id: string;
            /** @enum {string} */
            kind: "mcp" | "deploy" | "admin";
            name: string;
            /** @description First characters of the key, enough to recognise it. */
            hint: string;
            /** @description Connectors it can use (kinds mcp and deploy); `*` means every connector. */
            connectorIds: string[];
            /** @description For kind mcp. */
            scopes: string[];
            /** @description For kind admin. */
            permissions: components["schemas"]["Permission"][];
            /** @description Addresses or CIDR ranges; empty means any. */
            allowedAddresses: string[];
            /** @description The person whose permissions it carries, and with whose membership it ends; or a service account. */
            owner: components["schemas"]["Actor"];
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            expiresAt: string;
            lastUsedAt: string | null;
            lastUsedAddress: string | null;
            revokedAt: string | null;
            actions: {
                revoke: components["schemas"]["ActionState"];
            };
            /** @description Shown this once. */
            secret: string;
        };
        CreatedOAuthClient: {
            /** @description The `client_id`. */
            id: string;
            name: string;
            redirectUris: string[];
            /** @description Until when the replaced secret is accepted too; null when only the present one is. */
            previousSecretUntil: string | null;
            /** @description Whether people may let it administer this organization for them. */
            adminApi: boolean;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            createdAt: string;
            disabledAt: string | null;
            /** @description The `client_secret`. Shown this once. */
            secret: string;
        };
        /** @description Demands on the sign-in behind callers of a connector. With any, API keys are refused. */
        Demands: {
            /** @description Whether the sign-in behind a caller must have proved one. */
            secondFactor: boolean;
            /** @description The age of that sign-in at most. Null for any age. */
            signInMinutes: number | null;
            /** @description API keys that an owner accepts although no key proves a sign-in. */
            exemptKeys: string[];
        };
        Deployment: {
            id: string;
            versionId: string;
            versionNumber: number;
            /** @enum {string} */
            state: "active" | "held" | "superseded";
            /** @enum {string} */
            cause: "deploy" | "activate" | "rollback";
            /** @description Why it is held. */
            reasons: components["schemas"]["HoldReason"][];
            actor: components["schemas"]["Actor"];
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            createdAt: string;
        };
        DeploymentPage: {
            items: components["schemas"]["Deployment"][];
            nextCursor: string | null;
        };
        Download: {
            /** Format: uri */
            url: string;
            /** Format: date-time */
            expiresAt: string;
        };
        /** @enum {string} */
        Effect: "always_allow" | "needs_approval" | "blocked";
        EndedConnection: {
            id: string;
            revokedUpstream: boolean;
        };
        EndedGrants: {
            /** @description How many grants ended. */
            ended: number;
        };
        EndedSessions: {
            ended: number;
        };
        Failure: {
            code: string;
            title: string;
            detail: string;
            hint: string;
            step: string | null;
            data: {
                [key: string]: unknown;
            } | null;
            /**
             * Format: uri
             * @description The page about this code.
             */
            type: string;
        };
        Finding: {
            id: string;
            /** @enum {string} */
            severity: "error" | "warning" | "info";
            rule: string;
            message: string;
            hint: string | null;
            /** @description The tool, prompt, resource or file it is about. */
            subject: string | null;
        };
        FindingPage: {
            items: components["schemas"]["Finding"][];
            nextCursor: string | null;
        };
        Grant: {
            id: string;
            /** @description The person that the client acts as. */
            person: components["schemas"]["Actor"];
            client: {
                /** @description Its `client_id`. */
                id: string;
                /** @description The client’s own word. */
                name: string;
            };
            /** @description URL of the MCP server. */
            resource: string;
            /** @description Null at the URL of the whole organization. */
            connectorId: string | null;
            scopes: string[];
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description Moves on while the client is used.
             */
            expiresAt: string;
            lastUsedAt: string | null;
            endedAt: string | null;
            endedBecause: ("ended" | "revoked" | "expired" | "replaced" | "member_removed" | "client_disabled" | "address_proved") | null;
            actions: {
                end: components["schemas"]["ActionState"];
            };
        };
        GrantPage: {
            items: components["schemas"]["Grant"][];
            nextCursor: string | null;
        };
        Group: {
            id: string;
            name: string;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            createdAt: string;
            /** @description In the order in which they were added. */
            members: {
                id: string;
                person: {
                    id: string;
                    name: string;
                    email: string;
                };
            }[];
        };
        GroupPage: {
            items: components["schemas"]["Group"][];
            nextCursor: string | null;
        };
        HoldReason: {
            code: string;
            reason: string;
        };
        IdentityProvider: {
            issuer: string;
            clientId: string;
            /** @description False for a public client. The secret itself is never shown. */
            hasSecret: boolean;
            /**
             * @description A draft lets no member in.
             * @enum {string}
             */
            state: "draft" | "active";
            /** @description When a test sign-in came back whole with these settings. */
            testedAt: string | null;
            /** @description Whether members sign in with it and in no other way. */
            required: boolean;
            /** @description Whether its identity assertions (ID-JAG) connect members to clients without a consent page. */
            idJag: boolean;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            updatedAt: string;
            actions: {
                activate: components["schemas"]["ActionState"];
                deactivate: components["schemas"]["ActionState"];
                require: components["schemas"]["ActionState"];
                delete: components["schemas"]["ActionState"];
            };
        };
        Invitation: {
            id: string;
            /** Format: email */
            email: string;
            role: components["schemas"]["Role"];
            /** @enum {string} */
            status: "pending" | "accepted" | "rejected" | "canceled" | "expired";
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            expiresAt: string;
        };
        InvitationPage: {
            items: components["schemas"]["Invitation"][];
            nextCursor: string | null;
        };
        IssuedInvitation: {
            id: string;
            /** Format: email */
            email: string;
            role: components["schemas"]["Role"];
            /** @enum {string} */
            status: "pending" | "accepted" | "rejected" | "canceled" | "expired";
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            expiresAt: string;
            /** @description Where the invited person accepts, after signing in with this e-mail address. Shown this once: null where a repeated request is answered; `reissue` makes a new one. */
            url: string | null;
            /** @description Whether a link is on its way to the invited person by mail, too: a mail server is set up, and the address did not get too many mails. */
            mailed: boolean;
        };
        Limit: {
            /** @description The section of the page of limits: `Calls`, `Deploys`. */
            section: string;
            /** @description Unique within its section. */
            name: string;
            /** @description The value unless the party in `raisedBy` chose another. */
            value: number;
            /** @description `ms`, `bytes`, `per second`, or the noun that is counted. */
            unit: string;
            what: string;
            reason: string;
            /** @description The party that can choose another value; null when none can. */
            raisedBy: {
                /** @enum {string} */
                party: "operator" | "owner" | "author";
                /** @description The environment variable, setting or option. */
                with: string;
            } | null;
        };
        LimitPage: {
            items: components["schemas"]["Limit"][];
            nextCursor: string | null;
        };
        Lockfile: {
            name: string;
            text: string;
        };
        /** @enum {string} */
        LogLevel: "debug" | "info" | "warn" | "error";
        Manifest: {
            [key: string]: unknown;
        };
        Me: {
            /** @enum {string} */
            kind: "person" | "api_key" | "token";
            person: {
                id: string;
                name: string;
                email: string;
            } | null;
            apiKey: {
                id: string;
                name: string;
                /** @enum {string} */
                kind: "admin" | "deploy";
                /**
                 * Format: date-time
                 * @description UTC, ISO 8601.
                 */
                expiresAt: string;
            } | null;
            /** @description The sign-in of a program with an access token: what the person allowed it, and until when. */
            signIn: {
                client: {
                    id: string;
                    name: string;
                };
                scopes: string[];
                /**
                 * Format: date-time
                 * @description UTC, ISO 8601.
                 */
                tokenExpiresAt: string;
                /**
                 * Format: date-time
                 * @description Moves on while it is used, unless a typed code gave it.
                 */
                expiresAt: string;
            } | null;
            organizations: {
                id: string;
                slug: string;
                name: string;
                roles: components["schemas"]["Role"][];
                permissions: components["schemas"]["Permission"][];
                /** @description Whether its members can sign in through its identity provider. */
                ownSignIn: boolean;
            }[];
        };
        Member: {
            id: string;
            person: {
                id: string;
                name: string;
                email: string;
            };
            role: components["schemas"]["Role"];
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            createdAt: string;
            actions: {
                changeRole: components["schemas"]["ActionState"];
                remove: components["schemas"]["ActionState"];
            };
        };
        MemberPage: {
            items: components["schemas"]["Member"][];
            nextCursor: string | null;
        };
        NewPolicy: {
            name: string;
            effect: components["schemas"]["Effect"];
            when: components["schemas"]["PolicyConditions"];
            /** @description The revision that the change was made for: refused when there is a later one. */
            revision?: number;
        };
        OAuthClient: {
            /** @description The `client_id`. */
            id: string;
            name: string;
            redirectUris: string[];
            /** @description Until when the replaced secret is accepted too; null when only the present one is. */
            previousSecretUntil: string | null;
            /** @description Whether people may let it administer this organization for them. */
            adminApi: boolean;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            createdAt: string;
            disabledAt: string | null;
        };
        OAuthClientPage: {
            items: components["schemas"]["OAuthClient"][];
            nextCursor: string | null;
        };
        Organization: {
            id: string;
            slug: string;
            name: string;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            createdAt: string;
            deletedAt: string | null;
            /** @description When a deleted organization is gone for good. */
            purgeAt: string | null;
            /** @description Permissions of the caller. Empty for an API key. */
            roles: components["schemas"]["Role"][];
            permissions: components["schemas"]["Permission"][];
            actions: {
                rename: components["schemas"]["ActionState"];
                delete: components["schemas"]["ActionState"];
                restore: components["schemas"]["ActionState"];
            };
        };
        OrganizationLimits: {
            /**
             * @description The plan whose values hold where nothing else was granted.
             * @enum {string}
             */
            plan: "standard";
            limits: {
                /**
                 * @description The subject of the count: one person at one connector, a tool, a client, …
                 * @enum {string}
                 */
                scope: "person" | "tool" | "client" | "connector" | "organization";
                callsPerMinute: number;
                /** @description Calls at once after a pause. */
                burst: number;
                /** @description Calls in flight. */
                concurrent: number;
            }[];
            /** @description Limits that the operator chose for this organization, by their names in `/limits`. */
            granted: {
                /** @enum {string} */
                name: "personCallsPerMinute" | "personBurst" | "personConcurrent" | "toolCallsPerMinute" | "toolBurst" | "toolConcurrent" | "clientCallsPerMinute" | "clientBurst" | "clientConcurrent" | "connectorCallsPerMinute" | "connectorBurst" | "connectorConcurrent" | "organizationCallsPerMinute" | "organizationBurst" | "organizationConcurrent" | "personMessagesPerSecond" | "organizationMessagesPerSecond";
                value: number;
            }[];
            /** @description The organization’s counter, then those of its newest connectors, at most 200. */
            counters: {
                /** @enum {string} */
                scope: "organization" | "connector";
                connector: {
                    id: string;
                    slug: string;
                } | null;
                /** @description Calls that the rate admits now. */
                remaining: number;
                /** @description Until the whole burst is there again. */
                fullInSeconds: number;
                inFlight: number | null;
            }[];
            /** @description Calls that a limit refused in the last hour, most first. */
            limitedCalls: {
                /** @description The error of the limit: `limits.person_rate`. */
                code: string;
                /** @description Null: a connector that is gone. */
                connector: {
                    id: string;
                    slug: string;
                } | null;
                calls: number;
                /**
                 * Format: date-time
                 * @description UTC, ISO 8601.
                 */
                lastAt: string;
            }[];
            /**
             * @description `redis`: by all gateways together. `process`: by the gateway that answers, for itself.
             * @enum {string}
             */
            countedBy: "redis" | "process";
        };
        OrganizationPage: {
            items: components["schemas"]["Organization"][];
            nextCursor: string | null;
        };
        OrganizationSignIn: {
            /** @description To be registered at the provider. It stays when the slug changes. */
            redirectUri: string;
            /** @description Where members begin. */
            signInUrl: string;
            /** @description Where an owner tests a draft, in the browser. */
            testUrl: string;
            /** @description Where a member lets the provider sign them in as who they are here. */
            joinUrl: string;
            identityProvider: components["schemas"]["IdentityProvider"] | null;
        };
        OwnPasskey: {
            id: string;
            name: string;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            createdAt: string;
            synced: boolean;
        };
        OwnSession: {
            /** @description Names the session; opens nothing. */
            id: string;
            /** @description Whether this request came with it. */
            current: boolean;
            /** @description In words, as the device describes itself: Firefox on Linux. */
            device: string;
            /** @description From where it signed in. */
            address: string | null;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description To within five minutes.
             */
            lastSeenAt: string;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            expiresAt: string;
            /** @description Whether it proved a second factor. */
            secondFactor: boolean;
        };
        OwnSessionList: {
            items: components["schemas"]["OwnSession"][];
        };
        /** @enum {string} */
        Permission: "organization:read" | "organization:write" | "organization:delete" | "members:read" | "members:write" | "api-keys:read" | "api-keys:write" | "service-accounts:read" | "service-accounts:write" | "grants:read" | "grants:write" | "providers:read" | "providers:write" | "connections:read" | "connections:write" | "sign-in:read" | "sign-in:write" | "oauth-clients:read" | "oauth-clients:write" | "policies:read" | "policies:write" | "connectors:read" | "connectors:write" | "connectors:delete" | "connectors:open" | "versions:read" | "versions:write" | "versions:preview" | "deployments:read" | "deployments:write" | "deployments:approve" | "secrets:read" | "secrets:write" | "logs:read" | "usage:read" | "audit:read";
        Policy: {
            id: string;
            name: string;
            effect: components["schemas"]["Effect"];
            when: components["schemas"]["PolicyConditions"];
            /** @description The policy in words: “blocks calls of tools named delete_*”. */
            summary: string;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            updatedAt: string;
        };
        /** @description Every given condition must hold; none means every call. */
        PolicyConditions: {
            /** @description Slugs; `*` matches any run of characters. */
            connectors?: string[];
            /** @description Names; `*` matches any run of characters. */
            tools?: string[];
            kinds?: ("read" | "write" | "destructive" | "interactive")[];
            roles?: ("owner" | "admin" | "developer" | "member")[];
            /** @description Ids of groups. Matches members of one of them. */
            groups?: string[];
            /** @description Ids of groups. Matches callers in none of them. */
            exceptGroups?: string[];
            /** @description Ids of people and service accounts. */
            callers?: string[];
            /** @description Ids of OAuth clients; `*` matches any run of characters. */
            clients?: string[];
            arguments?: components["schemas"]["ArgumentCondition"][];
            window?: components["schemas"]["TimeWindow"];
        };
        PolicySet: {
            /** @description Grows with every change. */
            revision: number;
            items: components["schemas"]["Policy"][];
        };
        PolicyText: {
            name: string;
            effect: components["schemas"]["Effect"];
            when: components["schemas"]["PolicyConditions"];
        };
        Problem: {
            /** @description Address of the page about this code. */
            type: string;
            title: string;
            status: number;
            detail: string;
            /** @description From the error catalogue: `area.what_happened`. */
            code: string;
            /** @description The remedy. */
            hint: string;
            requestId: string;
            /** @description One entry per invalid field. */
            errors?: {
                path: string;
                message: string;
            }[];
            data?: {
                [key: string]: unknown;
            };
        };
        Provider: {
            id: string;
            name: string;
            /** @enum {string} */
            source: "catalogue" | "own";
            category: string | null;
            documentation: string | null;
            methods: ("oauth2" | "api_key" | "basic")[];
            scopes: {
                name: string;
                effect: string;
                means: string;
            }[];
            /** @description Hosts that a credential may be sent to. */
            hosts: string[];
            /** @description Facts that no page of the provider states. */
            unverified: string[];
            /** @description To be registered at the provider; null without OAuth. */
            redirectUri: string | null;
            registration: {
                clientId: string | null;
                hasSecret: boolean;
                scopes: string[];
                allows: ("person" | "organization")[];
                /**
                 * Format: date-time
                 * @description UTC, ISO 8601.
                 */
                updatedAt: string;
            } | null;
        };
        ProviderPage: {
            items: components["schemas"]["Provider"][];
            nextCursor: string | null;
        };
        RemovedMember: {
            id: string;
            /** @description Null when the counts were recorded by another process; the audit log has them. */
            ended: {
                /** @description Sessions made through the organization’s identity provider. */
                signIns: number;
                /** @description Sign-ins remembered by the authorization server. */
                authorizationSessions: number;
                /** @description Grants of OAuth clients. */
                grants: number;
                apiKeys: number;
                /** @description Stored sessions of MCP clients. */
                mcpSessions: number;
                /** @description Links to accounts at providers. */
                connections?: number;
            } | null;
        };
        /** @enum {string} */
        Role: "owner" | "admin" | "developer" | "member";
        RoleDescription: {
            role: components["schemas"]["Role"];
            /** @description Permissions of a member with this role. */
            permissions: components["schemas"]["Permission"][];
            /** @description The part of them that an API key of kind admin, created by the member, can carry. */
            keyPermissions: components["schemas"]["Permission"][];
            actions: {
                /** @description Whether the caller may grant this role, or take it from a member. */
                grant: components["schemas"]["ActionState"];
            };
        };
        RoleDescriptionPage: {
            items: components["schemas"]["RoleDescription"][];
            nextCursor: string | null;
        };
        SecretName: {
            name: string;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            updatedAt: string;
        };
        SecretNamePage: {
            items: components["schemas"]["SecretName"][];
            nextCursor: string | null;
        };
        ServiceAccount: {
            id: string;
            name: string;
            /** @description The member whose present role bounds what its keys may do. Its name is null once they left: the keys open nothing until another member enables the account. */
            responsible: components["schemas"]["Actor"] | null;
            disabledAt: string | null;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            createdAt: string;
        };
        ServiceAccountPage: {
            items: components["schemas"]["ServiceAccount"][];
            nextCursor: string | null;
        };
        SignInMethods: {
            /** @description Whether signing in with the password asks for a code too. */
            authenticatorApp: boolean;
            /** @description How many are left. */
            recoveryCodes: number;
            passkeys: components["schemas"]["OwnPasskey"][];
            /** @description This one. */
            session: {
                /**
                 * Format: date-time
                 * @description UTC, ISO 8601.
                 */
                createdAt: string;
                secondFactor: boolean;
            };
        };
        TimeWindow: {
            days: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[];
            /** @description 09:00 */
            from: string;
            /** @description 17:30; 24:00 is the end of the day. */
            to: string;
            /** @description IANA name of a time zone: Europe/Berlin. */
            zone: string;
        };
        Version: {
            id: string;
            connectorId: string;
            connectorSlug: string;
            number: number;
            state: components["schemas"]["VersionState"];
            /** @description Whether the deploy has ended, one way or the other. */
            final: boolean;
            /** @description Why it waits: its activation is held, or its deploy waits for the platform. */
            reasons: components["schemas"]["HoldReason"][];
            /**
             * Format: uri
             * @description The connector’s hosted MCP URL.
             */
            url: string;
            /**
             * Format: uri
             * @description This version alone, for owners, admins and developers.
             */
            previewUrl: string;
            sourceDigest: string;
            artifactDigest: string | null;
            typecheck: boolean;
            /** @description Whether it goes live by itself once published. */
            activate: boolean;
            failure: components["schemas"]["Failure"] | null;
            createdBy: components["schemas"]["Actor"];
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            createdAt: string;
            finishedAt: string | null;
            actions: {
                activate: components["schemas"]["ActionState"];
                rollBackTo: components["schemas"]["ActionState"];
            };
            steps: components["schemas"]["VersionStep"][];
            findings: {
                error: number;
                warning: number;
                info: number;
            };
        };
        VersionLogLine: {
            sequence: number;
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            at: string;
            step: string;
            level: components["schemas"]["LogLevel"];
            text: string;
        };
        VersionLogPage: {
            items: components["schemas"]["VersionLogLine"][];
            nextCursor: string | null;
        };
        VersionPage: {
            items: components["schemas"]["VersionSummary"][];
            nextCursor: string | null;
        };
        /** @enum {string} */
        VersionState: "received" | "resolving" | "building" | "probing" | "scanning" | "storing" | "published" | "held" | "active" | "failed" | "rejected";
        VersionStep: {
            /** @description receive, resolve, build, probe, scan, store, publish or activate. */
            name: string;
            /** @enum {string} */
            state: "running" | "done" | "failed";
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            startedAt: string;
            finishedAt: string | null;
            durationMs: number | null;
        };
        VersionSummary: {
            id: string;
            connectorId: string;
            connectorSlug: string;
            number: number;
            state: components["schemas"]["VersionState"];
            /** @description Whether the deploy has ended, one way or the other. */
            final: boolean;
            /** @description Why it waits: its activation is held, or its deploy waits for the platform. */
            reasons: components["schemas"]["HoldReason"][];
            /**
             * Format: uri
             * @description The connector’s hosted MCP URL.
             */
            url: string;
            /**
             * Format: uri
             * @description This version alone, for owners, admins and developers.
             */
            previewUrl: string;
            sourceDigest: string;
            artifactDigest: string | null;
            typecheck: boolean;
            /** @description Whether it goes live by itself once published. */
            activate: boolean;
            failure: components["schemas"]["Failure"] | null;
            createdBy: components["schemas"]["Actor"];
            /**
             * Format: date-time
             * @description UTC, ISO 8601.
             */
            createdAt: string;
            finishedAt: string | null;
            actions: {
                activate: components["schemas"]["ActionState"];
                rollBackTo: components["schemas"]["ActionState"];
            };
        };
    };
    responses: {
        /** @description A problem */
        Problem: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listAccountGrants: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountGrantPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    endAccountGrant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `agr_` id. */
                grant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    getSignInMethods: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInMethods"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listOwnSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnSessionList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    endOtherSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndedSessions"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    endOwnSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `ses_` id. */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    listOrganizations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createOrganization: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description 2 to 32 characters of a to z, 0 to 9 and single hyphens, with no hyphen at an end. */
                    slug: string;
                    name: string;
                };
            };
        };
        responses: {
            /** @description The answer */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getOrganization: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    deleteOrganization: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    updateOrganization: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    /** @description 2 to 32 characters of a to z, 0 to 9 and single hyphens, with no hyphen at an end. */
                    slug?: string;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    restoreOrganization: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getOrganizationLimits: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationLimits"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listMembers: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    removeMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description `mbr_` id. */
                member: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RemovedMember"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    updateMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description `mbr_` id. */
                member: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    role: components["schemas"]["Role"];
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listGroups: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GroupPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createGroup: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                };
            };
        };
        responses: {
            /** @description The answer */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Group"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    deleteGroup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description `grp_` id. */
                group: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    updateGroup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description `grp_` id. */
                group: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Group"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    addGroupMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description `grp_` id. */
                group: string;
                /** @description `mbr_` id. */
                member: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Group"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    removeGroupMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description `grp_` id. */
                group: string;
                /** @description `mbr_` id. */
                member: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Group"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listPolicies: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicySet"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    replacePolicies: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    policies: components["schemas"]["PolicyText"][];
                    /** @description The revision that the change was made for: refused when there is a later one. */
                    revision?: number;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicySet"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createPolicy: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPolicy"];
            };
        };
        responses: {
            /** @description The answer */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    updatePolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description `pol_` id. */
                policy: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangedPolicy"];
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    deletePolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description `pol_` id. */
                policy: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    listTools: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectorToolsPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listRoles: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleDescriptionPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listInvitations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createInvitation: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: email */
                    email: string;
                    /** @default member */
                    role?: components["schemas"]["Role"];
                };
            };
        };
        responses: {
            /** @description The answer */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedInvitation"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    reissueInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description `inv_` id. */
                invitation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedInvitation"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    cancelInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description `inv_` id. */
                invitation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    listApiKeys: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                /** @description Only keys that still open something, or only revoked and expired ones. Default: all. */
                state?: "usable" | "ended";
            };
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    kind: "mcp" | "deploy" | "admin";
                    name: string;
                    /**
                     * @description Slugs or `con_` ids; `*` means every connector.
                     * @default []
                     */
                    connectors?: string[];
                    /** @description Makes it a key of this service account, which takes `service-accounts:write`. Default: a key of the caller. */
                    serviceAccount?: string;
                    /** @default [] */
                    scopes?: string[];
                    /** @default [] */
                    permissions?: components["schemas"]["Permission"][];
                    /** @default [] */
                    allowedAddresses?: string[];
                    /** @default 90 */
                    expiresInDays?: number;
                };
            };
        };
        responses: {
            /** @description The answer */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedApiKey"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    revokeApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description `key_` id. */
                apiKey: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    listServiceAccounts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceAccountPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createServiceAccount: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                };
            };
        };
        responses: {
            /** @description The answer */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceAccount"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    updateServiceAccount: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description `svc_` id. */
                serviceAccount: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description False also takes an account over from a member who left. */
                    disabled: boolean;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceAccount"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listGrants: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                /** @description Only grants in force, or only those that ended or expired. Default: all. */
                state?: "open" | "ended";
                /** @description Only grants of this person. */
                person?: string;
                /** @description Only grants to this `client_id`. */
                client?: string;
                /** @description Only grants at this connector’s URLs. */
                connector?: string;
            };
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GrantPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    endGrant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description `grt_` id. */
                grant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    endGrants: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Only grants of this person. */
                    person?: string;
                    /** @description Only grants to this `client_id`. */
                    client?: string;
                    /** @description Only grants at this connector’s URLs. */
                    connector?: string;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndedGrants"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getSignIn: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationSignIn"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    saveIdentityProvider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description https URL, exactly as the provider’s metadata has it. */
                    issuer: string;
                    clientId: string;
                    /** @description Left out: stays. Null: a public client, with PKCE alone. */
                    clientSecret?: string | null;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationSignIn"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    deleteIdentityProvider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    updateIdentityProvider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    required?: boolean;
                    idJag?: boolean;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationSignIn"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    activateIdentityProvider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationSignIn"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    deactivateIdentityProvider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationSignIn"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listProviders: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    saveProvider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Id of the catalogue, or `own-…`. */
                provider: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default null */
                    clientId?: string | null;
                    /** @description Left out, the secret before stays, as long as the client does. */
                    clientSecret?: string | null;
                    /** @description The facts of an own provider, as docs/providers.md has them. */
                    definition?: {
                        [key: string]: (string | number | boolean | null) | ((string | number | boolean | null) | ((string | number | boolean | null) | ((string | number | boolean | null) | (string | number | boolean | null)[] | {
                            [key: string]: string | number | boolean | null;
                        })[] | {
                            [key: string]: (string | number | boolean | null) | (string | number | boolean | null)[] | {
                                [key: string]: string | number | boolean | null;
                            };
                        })[] | {
                            [key: string]: (string | number | boolean | null) | ((string | number | boolean | null) | (string | number | boolean | null)[] | {
                                [key: string]: string | number | boolean | null;
                            })[] | {
                                [key: string]: (string | number | boolean | null) | (string | number | boolean | null)[] | {
                                    [key: string]: string | number | boolean | null;
                                };
                            };
                        })[] | {
                            [key: string]: (string | number | boolean | null) | ((string | number | boolean | null) | ((string | number | boolean | null) | (string | number | boolean | null)[] | {
                                [key: string]: string | number | boolean | null;
                            })[] | {
                                [key: string]: (string | number | boolean | null) | (string | number | boolean | null)[] | {
                                    [key: string]: string | number | boolean | null;
                                };
                            })[] | {
                                [key: string]: (string | number | boolean | null) | ((string | number | boolean | null) | (string | number | boolean | null)[] | {
                                    [key: string]: string | number | boolean | null;
                                })[] | {
                                    [key: string]: (string | number | boolean | null) | (string | number | boolean | null)[] | {
                                        [key: string]: string | number | boolean | null;
                                    };
                                };
                            };
                        };
                    };
                    /** @default [] */
                    scopes?: string[];
                    /**
                     * @default [
                     *       "person"
                     *     ]
                     */
                    allows?: ("person" | "organization")[];
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Provider"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    deleteProvider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Id of the catalogue, or `own-…`. */
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    listConnections: {
        parameters: {
            query?: {
                whose?: "mine" | "all";
            };
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectionPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    setDefaultConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description `cxn_` id. */
                connection: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    endConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description `cxn_` id. */
                connection: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndedConnection"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listOAuthClients: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthClientPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createOAuthClient: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    /**
                     * @description Default: both addresses of hosted Claude.
                     * @default [
                     *       "https://claude.ai/api/mcp/auth_callback",
                     *       "https://claude.com/api/mcp/auth_callback"
                     *     ]
                     */
                    redirectUris?: string[];
                    /**
                     * @description Whether people may let it administer this organization for them. For owners alone.
                     * @default false
                     */
                    adminApi?: boolean;
                };
            };
        };
        responses: {
            /** @description The answer */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedOAuthClient"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    rotateOAuthClientSecret: {
        parameters: {
            query?: {
                /** @description `keep`: the replaced secret is accepted for 24 h more. */
                previous?: "keep" | "refuse";
            };
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description `ocl_` id. */
                client: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedOAuthClient"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    disableOAuthClient: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description `ocl_` id. */
                client: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    listConnectors: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                /** @description Deleted ones instead of those in service. */
                deleted?: boolean;
            };
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectorPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createConnector: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description 2 to 32 characters of a to z, 0 to 9 and single hyphens, with no hyphen at an end. */
                    slug: string;
                    name?: string;
                    /** @default oauth */
                    authMode?: components["schemas"]["AuthMode"];
                };
            };
        };
        responses: {
            /** @description The answer */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connector"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getConnector: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Slug or `con_` id. */
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connector"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    deleteConnector: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Slug or `con_` id. */
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    updateConnector: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Slug or `con_` id. */
                connector: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    /** @description 2 to 32 characters of a to z, 0 to 9 and single hyphens, with no hyphen at an end. */
                    slug?: string;
                    authMode?: components["schemas"]["AuthMode"];
                    /** @description Whether code of the connector may use eval and new Function. Its sandboxes refuse them otherwise. */
                    codeGeneration?: boolean;
                    /** @description With `authMode: none`: the connector’s present slug. Without it a connector with secrets or tools that write is not opened. */
                    confirmOpen?: string;
                    demands?: {
                        /** @description Whether the sign-in behind a caller must have proved one. */
                        secondFactor?: boolean;
                        /** @description The age of that sign-in at most. Null for any age. */
                        signInMinutes?: number | null;
                        /** @description API keys that an owner accepts although no key proves a sign-in. */
                        exemptKeys?: string[];
                    };
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connector"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    restoreConnector: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Slug or `con_` id. */
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connector"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listVersions: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Slug or `con_` id. */
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    submitVersion: {
        parameters: {
            query?: {
                /** @description Whether a type error fails the deploy. */
                typecheck?: boolean;
                /** @description Whether it goes live by itself once published. */
                activate?: boolean;
                /** @description Create the connector if the slug names none. */
                create?: boolean;
            };
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Slug or `con_` id. */
                connector: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/gzip": string;
                "application/zip": string;
            };
        };
        responses: {
            /** @description The answer */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Version"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Slug or `con_` id. */
                connector: string;
                /** @description Number of the version. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Version"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listVersionLog: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Slug or `con_` id. */
                connector: string;
                /** @description Number of the version. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionLogPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    watchVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Slug or `con_` id. */
                connector: string;
                /** @description Number of the version. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events. `step`: #/components/schemas/VersionStep; `log`: #/components/schemas/VersionLogLine; `finding`: #/components/schemas/Finding; `done`: #/components/schemas/Version */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listFindings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Slug or `con_` id. */
                connector: string;
                /** @description Number of the version. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FindingPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getManifest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Slug or `con_` id. */
                connector: string;
                /** @description Number of the version. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Manifest"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getLockfile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Slug or `con_` id. */
                connector: string;
                /** @description Number of the version. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Lockfile"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createSourceDownload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Slug or `con_` id. */
                connector: string;
                /** @description Number of the version. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Download"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listDeployments: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Slug or `con_` id. */
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeploymentPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    activateVersion: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Slug or `con_` id. */
                connector: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    version: number;
                };
            };
        };
        responses: {
            /** @description The answer */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deployment"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    resolveDeployment: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Slug or `con_` id. */
                connector: string;
                deployment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deployment"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    rollBack: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Slug or `con_` id. */
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deployment"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listSecrets: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Slug or `con_` id. */
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecretNamePage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    setSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Slug or `con_` id. */
                connector: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    value: string;
                };
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    deleteSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Slug or `con_` id. */
                connector: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    listConnectorLog: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                /** @description This level and above. */
                level?: components["schemas"]["LogLevel"];
                requestId?: string;
            };
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Slug or `con_` id. */
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectorLogPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    watchConnectorLog: {
        parameters: {
            query?: {
                /** @description This level and above. */
                level?: components["schemas"]["LogLevel"];
                requestId?: string;
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
                /** @description Slug or `con_` id. */
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events. `log`: #/components/schemas/ConnectorLogLine */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listAuditEvents: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Slug or `org_` id. */
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEventPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listLimits: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LimitPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
}
