"""
### Purpose
Within 72 hours after an incident is closed, its review has written itself: what happened, how fast people heard of it,
why it came to it, and what it cost.

### Flow
Started by a scan or a person that closes incidents (asset event), and every half hour by the clock, so that no review
depends on an event: what is due stands in the database from the very statement that ended the incident.
`write_reviews` takes all that is wanted or has news, however many closes there were: levels 2 and 3 one by one, levels
0 and 1 in a collection per step and week. The same facts are the same document; a rating or a corrected cause is a new
version. Dismissed and merged incidents have none, for that reason. The owner hears that a review is there. While only a
person can say what is missing (the cause is open, nobody knows whether an act arrived), the owner is reminded after 24
and 48 hours; after 72 hours the review is late, and the owner and the owner of the gravest incidents hear so.
`print_reviews` puts
reviews on paper, once per version: PDF, in Chinese and English. `remind_owners` does for improvements
what is done for reviews: their owners hear before the day and when it is over, what was done is measured a month
later, and on Monday morning the digest of the week is planned. The messages leave with the next scan. The label beside
each task says what was done.

Beside it, `ask_customers` asks the customers of incidents that closed a day ago whether they would recommend us: once,
by a letter with a link of their own or, where they have no mail address or prefer the telephone, by a task of the call
centre in the CRM; never against their wish, beyond the day's messages or in the quiet hours. Every week a sample of
customers without any late order is asked the same. An answer is news for the review of the incident, and so is none.

### When it fails
A review that cannot be written spoils no other: the task is red and its log names the incident. Clear the task, or
wait for the next run; nothing is written, told or asked twice. `print_reviews` is skipped where the machine lacks Pango
or a Chinese font, with what to install beside it. Where the CRM gives no answer, customers wait for the next run, and
after three days are not asked, for that reason. See `docs/runbooks/reviews.md` and `docs/runbooks/surveys.md`.

### Owner
order-operations; failures of the machinery go to the data engineers.
"""

from datetime import timedelta

from airflow.sdk import DAG, Asset, AssetOrTimeSchedule, CronTriggerTimetable

from orderwatch.edge.assets import CLOSED
from orderwatch.notifiers.task_failed import TaskFailedNotifier
from orderwatch.operators.ask_customers import AskCustomersOperator
from orderwatch.operators.print_reviews import PrintReviewsOperator
from orderwatch.operators.remind_owners import RemindOwnersOperator
from orderwatch.operators.write_reviews import WriteReviewsOperator

with DAG(
    "incident_postmortem",
    dag_display_name="事件复盘 Incident reviews",
    doc_md=__doc__,
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("*/30 * * * *", timezone="Asia/Shanghai"), assets=[Asset(CLOSED)]
    ),
    catchup=False,
    allowed_run_types=["scheduled", "manual", "asset_triggered"],  # reviews are written by what is known now
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=1),
    on_failure_callback=TaskFailedNotifier(role="data_engineer"),
    tags=["orderwatch", "reviews"],
    default_args={
        "owner": "order-operations",
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
        "execution_timeout": timedelta(minutes=30),
        "on_failure_callback": TaskFailedNotifier(role="data_engineer"),
    },
) as dag:
    write = WriteReviewsOperator(task_id="write_reviews")
    paper = PrintReviewsOperator(task_id="print_reviews", trigger_rule="all_done")
    write >> paper
    RemindOwnersOperator(task_id="remind_owners")
    AskCustomersOperator(task_id="ask_customers")
