"""This is where every address stands that apps ask of those who look after the instance."""

from starlette.routing import Route

from fedlearn.web import convertors  # noqa: F401 - ids in paths
from fedlearn.web.mastodon.admin import (
    accounts,
    canonical_emails,
    dimensions,
    domains,
    email_domains,
    ip_blocks,
    measures,
    reports,
    retention,
    trends,
)

ADMIN = [
    Route("/api/v2/admin/accounts", accounts.get_accounts),
    Route("/api/v1/admin/accounts", accounts.get_old_accounts),
    Route("/api/v1/admin/accounts/{actor_id:id}", accounts.get_account),
    Route("/api/v1/admin/accounts/{actor_id:id}", accounts.delete_account, methods=["DELETE"]),
    Route("/api/v1/admin/accounts/{actor_id:id}/action", accounts.take_action, methods=["POST"]),
    Route(
        "/api/v1/admin/accounts/{actor_id:id}/{act}",
        accounts.act_on_account,
        methods=["POST"],
    ),
    Route("/api/v1/admin/reports", reports.get_reports),
    Route("/api/v1/admin/reports/{report_id:id}", reports.get_report),
    Route("/api/v1/admin/reports/{report_id:id}", reports.change_report, methods=["PUT"]),
    Route("/api/v1/admin/reports/{report_id:id}/{act}", reports.act_on_report, methods=["POST"]),
    Route("/api/v1/admin/measures", measures.get_measures, methods=["POST"]),
    Route("/api/v1/admin/dimensions", dimensions.get_dimensions, methods=["POST"]),
    Route("/api/v1/admin/retention", retention.get_retention, methods=["POST"]),
    Route("/api/v1/admin/domain_blocks", domains.get_blocks),
    Route("/api/v1/admin/domain_blocks", domains.create_block, methods=["POST"]),
    Route("/api/v1/admin/domain_blocks/{policy_id:id}", domains.get_block),
    Route("/api/v1/admin/domain_blocks/{policy_id:id}", domains.change_block, methods=["PUT"]),
    Route("/api/v1/admin/domain_blocks/{policy_id:id}", domains.lift_block, methods=["DELETE"]),
    Route("/api/v1/admin/domain_allows", domains.get_allows),
    Route("/api/v1/admin/domain_allows", domains.create_allow, methods=["POST"]),
    Route("/api/v1/admin/domain_allows/{policy_id:id}", domains.get_allow),
    Route("/api/v1/admin/domain_allows/{policy_id:id}", domains.take_back, methods=["DELETE"]),
    Route("/api/v1/admin/ip_blocks", ip_blocks.get_ip_blocks),
    Route("/api/v1/admin/ip_blocks", ip_blocks.create_ip_block, methods=["POST"]),
    Route("/api/v1/admin/ip_blocks/{block_id:id}", ip_blocks.get_ip_block),
    Route("/api/v1/admin/ip_blocks/{block_id:id}", ip_blocks.change_ip_block, methods=["PUT"]),
    Route("/api/v1/admin/ip_blocks/{block_id:id}", ip_blocks.lift_ip_block, methods=["DELETE"]),
    Route("/api/v1/admin/email_domain_blocks", email_domains.get_email_domains),
    Route(
        "/api/v1/admin/email_domain_blocks",
        email_domains.block_email_domain,
        methods=["POST"],
    ),
    Route("/api/v1/admin/email_domain_blocks/{policy_id:id}", email_domains.get_email_domain),
    Route(
        "/api/v1/admin/email_domain_blocks/{policy_id:id}",
        email_domains.lift_email_domain,
        methods=["DELETE"],
    ),
    Route("/api/v1/admin/canonical_email_blocks", canonical_emails.get_emails),
    Route("/api/v1/admin/canonical_email_blocks", canonical_emails.block_email, methods=["POST"]),
    Route(
        "/api/v1/admin/canonical_email_blocks/test", canonical_emails.try_email, methods=["POST"]
    ),
    Route("/api/v1/admin/canonical_email_blocks/{block_id:id}", canonical_emails.get_email),
    Route(
        "/api/v1/admin/canonical_email_blocks/{block_id:id}",
        canonical_emails.lift_email,
        methods=["DELETE"],
    ),
    Route("/api/v1/admin/trends/tags", trends.get_tags),
    Route("/api/v1/admin/trends/tags/{name}/{act}", trends.act_on_tag, methods=["POST"]),
    Route("/api/v1/admin/trends/links", trends.get_links),
    Route("/api/v1/admin/trends/links/{status_id:id}/{act}", trends.act_on_link, methods=["POST"]),
    Route("/api/v1/admin/trends/statuses", trends.get_statuses),
    Route(
        "/api/v1/admin/trends/statuses/{status_id:id}/{act}",
        trends.act_on_status,
        methods=["POST"],
    ),
]
