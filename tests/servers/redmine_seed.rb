# Makes an empty Redmine the helpdesk that the tests expect; run once by redmine.sh inside Redmine.

Setting.rest_api_enabled = 1
Setting.login_required = 1
Setting.attachment_max_size = 5120

admin = User.find_by!(login: 'admin')
admin.update_columns(must_change_passwd: false, language: 'en')

on_the_way = IssueStatus.create!(name: 'On the way')

field = lambda do |name, more|
  IssueCustomField.create!(
    name: name, field_format: 'string', is_for_all: true, is_filter: true, searchable: true,
    trackers: Tracker.all, visible: true, editable: true, **more
  )
end
kiosk_id = field.call('Kiosk ID', max_length: 40)
eta = field.call('ETA', {})

permissions = %i[view_issues add_issues edit_issues add_issue_notes view_private_notes set_notes_private]
role = lambda do |name|
  Role.create!(name: name, issues_visibility: 'all', assignable: true, permissions: permissions)
end
api_role = role.call('Kiosk API')
agent_role = role.call('IT Agent')

[api_role, agent_role].product(Tracker.all.to_a).each do |r, tracker|
  IssueStatus.all.to_a.permutation(2).each do |old, new|
    WorkflowTransition.create!(role: r, tracker: tracker, old_status: old, new_status: new)
  end
end

project = Project.create!(
  name: 'IT helpdesk', identifier: 'it-helpdesk', is_public: false,
  enabled_module_names: ['issue_tracking'], trackers: Tracker.all, issue_custom_fields: [kiosk_id, eta]
)

agent_password = 'agent-password'
user = lambda do |login, first, last, key, member_role|
  person = User.new(
    firstname: first, lastname: last, mail: "#{login}@example.net", language: 'en', admin: false
  )
  person.login = login
  person.password = person.password_confirmation = login == 'agent' ? agent_password : SecureRandom.hex(16)
  person.save!
  Member.create!(principal: person, project: project, roles: [member_role]) if member_role
  # A hook overwrites the value on creation.
  Token.create!(user: person, action: 'api').update_column(:value, key)
  person
end
user.call('kiosk', 'Kiosk', 'Terminals', '1' * 40, api_role)
agent = user.call('agent', 'Jana', 'Nowak', '2' * 40, agent_role)
user.call('outsider', 'Otto', 'Outside', '3' * 40, nil)
Token.create!(user: admin, action: 'api').update_column(:value, 'a' * 40)

File.write(Rails.root.join('instances/default/seed.env'), <<~ENV)
  REDMINE_API_KEY=#{'1' * 40}
  REDMINE_AGENT_KEY=#{'2' * 40}
  REDMINE_OUTSIDER_KEY=#{'3' * 40}
  REDMINE_ADMIN_KEY=#{'a' * 40}
  REDMINE_PROJECT=#{project.identifier}
  REDMINE_ID_FIELD=#{kiosk_id.id}
  REDMINE_ETA_FIELD=#{eta.id}
  REDMINE_AGENT_LOGIN=agent
  REDMINE_AGENT_PASSWORD=#{agent_password}
  REDMINE_AGENT_ID=#{agent.id}
  REDMINE_ON_THE_WAY=#{on_the_way.id}
ENV
