from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lessons', '0003_classroom'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='act',
            index=models.Index(fields=['settled_at'], name='acts_settled_lately'),
        ),
    ]
